#include "storage/store_errors.h"

namespace edgeplane::storage {

using v1::ErrorReason;

Error AgentNotFound(const std::string& agent_id) {
  return MakeError(ErrorReason::AGENT_NOT_FOUND, "No agent '" + agent_id + "' is registered.");
}

Error AgentAlreadyExists(const std::string& agent_id) {
  return MakeError(ErrorReason::AGENT_ALREADY_EXISTS,
                   "An agent '" + agent_id + "' is registered already.");
}

Error AgentIsDisabled(const std::string& agent_id) {
  return MakeError(ErrorReason::AGENT_IS_DISABLED,
                   "The agent '" + agent_id + "' is disabled; enable it first.");
}

Error CommandNotFound(const std::string& command_id) {
  return MakeError(ErrorReason::COMMAND_NOT_FOUND, "There is no command '" + command_id + "'.");
}

Error CommandIdTaken(const std::string& command_id) {
  return MakeError(ErrorReason::INTERNAL,
                   "There is a command '" + command_id + "' already; ids are made once.");
}

Error CommandIsFinal(const std::string& command_id) {
  return MakeError(ErrorReason::COMMAND_FINAL,
                   "The command '" + command_id + "' has ended; its state no longer changes.");
}

Error IdempotencyKeyReused() {
  return MakeError(ErrorReason::IDEMPOTENCY_KEY_REUSED,
                   "The idempotency key was used before for a command with other content; use a "
                   "new key for a new command.");
}

Error CommandQueueFull(const std::string& agent_id, int64_t unfinished_max) {
  return MakeError(
      ErrorReason::COMMAND_QUEUE_FULL,
      "The agent '" + agent_id + "' has " + std::to_string(unfinished_max) +
          " unfinished commands, as many as are allowed; wait for it, or cancel some.");
}

Error SecretNotFound(const std::string& agent_id) {
  return MakeError(ErrorReason::SECRET_NOT_FOUND,
                   "The agent '" + agent_id + "' has no older secret that is still accepted.");
}

Error JoinTokenNotFound(const std::string& join_token_id) {
  return MakeError(ErrorReason::JOIN_TOKEN_NOT_FOUND,
                   "There is no join token '" + join_token_id + "'.");
}

Error JoinTokenTaken(const std::string& join_token_id) {
  return MakeError(ErrorReason::INTERNAL, "There is a join token '" + join_token_id +
                                              "' already, or one with its text; both are made "
                                              "once.");
}

Error RefusalNotFound(const std::string& refusal_id) {
  return MakeError(ErrorReason::REFUSAL_NOT_FOUND, "There is no refusal '" + refusal_id + "'.");
}

Error SessionFenced() {
  return MakeError(ErrorReason::SESSION_FENCED,
                   "The session has ended or been superseded by a newer one.");
}

Error LinkFenced() {
  return MakeError(ErrorReason::SESSION_FENCED,
                   "The gateway has a newer link, to this registry or to another.");
}

Error LeaseIsOver() {
  return MakeError(ErrorReason::GATEWAY_NOT_LINKED,
                   "The gateway has not renewed its lease in time.");
}

Error PageTokenInvalid() {
  return MakeError(ErrorReason::PAGE_TOKEN_INVALID,
                   "The page token was not made by this server for this list; start again without "
                   "one.");
}

Error AgentDamaged(const std::string& agent_id, std::string_view column) {
  return MakeError(ErrorReason::STORE_CORRUPT, "The agent '" + agent_id + "' has unreadable " +
                                                   std::string(column) + " in the database.");
}

Error JoinTokenDamaged(const std::string& join_token_id) {
  return MakeError(ErrorReason::STORE_CORRUPT,
                   "The join token '" + join_token_id + "' has unreadable labels in the database.");
}

Error IndexDamaged() {
  return MakeError(ErrorReason::STORE_CORRUPT,
                   "An index of the database names a command that is not there.");
}

Error NotCommitted() {
  return MakeError(ErrorReason::STORE_UNAVAILABLE,
                   "The store could not commit; nothing was changed. Try again.");
}

Error NotInTime() {
  return MakeError(ErrorReason::STORE_UNAVAILABLE,
                   "The store did not get to it in time; nothing was changed. Its disk may be "
                   "slow.");
}

Error TooManyWrites() {
  return MakeError(ErrorReason::SERVER_OVERLOADED,
                   "Too many writes wait for the store; try again later.");
}

Error CommitInDoubt() {
  return MakeError(ErrorReason::STORE_IN_DOUBT,
                   "The store did not say in time whether it took the operation; look before "
                   "trying again.");
}

Error TooManyReads() {
  return MakeError(ErrorReason::STORE_UNAVAILABLE,
                   "Too many reads wait for the store; try again later.");
}

}  // namespace edgeplane::storage
