// The store's answers that are not what was asked for, in the same words from
// every backend.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgeplane::storage {

Error AgentNotFound(const std::string& agent_id);
Error AgentAlreadyExists(const std::string& agent_id);
Error AgentIsDisabled(const std::string& agent_id);
Error CommandNotFound(const std::string& command_id);
Error CommandIdTaken(const std::string& command_id);
Error CommandIsFinal(const std::string& command_id);
Error IdempotencyKeyReused();
Error CommandQueueFull(const std::string& agent_id, int64_t unfinished_max);
Error SecretNotFound(const std::string& agent_id);
Error JoinTokenNotFound(const std::string& join_token_id);
Error JoinTokenTaken(const std::string& join_token_id);
Error RefusalNotFound(const std::string& refusal_id);
Error SessionFenced();
Error LinkFenced();
Error LeaseIsOver();
Error PageTokenInvalid();

// What a row holds cannot be read.
Error AgentDamaged(const std::string& agent_id, std::string_view column);
Error JoinTokenDamaged(const std::string& join_token_id);
Error IndexDamaged();

// A writing call: nothing was changed, because the commit failed, its turn did not
// come in time, or too many wait; or it is not known whether it was.
Error NotCommitted();
Error NotInTime();
Error TooManyWrites();
Error CommitInDoubt();
// A reading call.
Error TooManyReads();

}  // namespace edgeplane::storage
