#include "services/admin/commands.h"

#include <optional>
#include <string>
#include <utility>

#include "base/uuid.h"
#include "services/admin/convert.h"
#include "services/admin/paging.h"
#include "services/admin/payload.h"
#include "services/admin/validation.h"

namespace edgeplane::admin {
namespace {

constexpr char kListName[] = "commands";

// Zero where the sender gave none: what the setting is at the time is not part
// of the command's content, or the same command sent twice with a key, and a
// restart with another default in between, would not be the same.
Duration TtlOf(const v1::SendCommandRequest& request) {
  return request.has_ttl() ? FromProto(request.ttl()) : Duration::zero();
}

storage::NewCommand ToNewCommand(const v1::SendCommandRequest& request, std::string payload_json,
                                 Time now, Duration default_ttl) {
  storage::NewCommand command;
  command.command_id = NewUuid(now);
  command.agent_id = request.agent_id();
  command.type = request.type();
  command.payload_json = std::move(payload_json);
  command.immediate = request.priority() == v1::Command::IMMEDIATE;
  command.max_deliveries = request.max_deliveries();
  command.idempotency_key = request.idempotency_key();
  command.create_time = now;
  command.ttl = TtlOf(request);
  command.expire_time = now + (request.has_ttl() ? command.ttl : default_ttl);
  return command;
}

// Whether to look the command up, and how, is for the caller to say: only the
// caller knows how long to go on asking.
Error SayHowToLookUp(Error error, const storage::NewCommand& command) {
  if (error.code != v1::ErrorReason::STORE_IN_DOUBT) return error;
  if (command.idempotency_key.empty()) {
    error.message += " If the command was taken, it is " + command.command_id +
                     ": look that up before sending it again.";
  } else {
    error.message +=
        " Send it again with the same idempotency key: if the command was taken, that gives the "
        "same one.";
  }
  return error;
}

}  // namespace

Result<v1::Command> Commands::Send(const v1::SendCommandRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  Result<std::string> payload = PayloadToJson(request.payload(), "payload");
  if (!payload.ok()) return payload.error();

  const storage::NewCommand command = ToNewCommand(request, std::move(*payload), parts_.clock.Now(),
                                                   parts_.settings.command_default_ttl);
  const auto enqueued = parts_.store.EnqueueCommand(command, parts_.settings.max_queued_commands);
  if (!enqueued.ok()) return SayHowToLookUp(enqueued.error(), command);
  if (enqueued->created) parts_.metrics.CommandMoved(storage::CommandState::kQueued);
  // Also for one that was there before: the call that made it may have ended in
  // doubt, and so have told nobody.
  if (enqueued->command.state == storage::CommandState::kQueued) {
    parts_.control.CommandQueued(enqueued->command.agent_id);
    parts_.signals.Changed(enqueued->command.command_id);
  }
  return ToProto(enqueued->command);
}

Result<v1::Command> Commands::Get(const v1::GetCommandRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  const auto command = parts_.store.GetCommand(CanonicalUuid(request.command_id()));
  if (!command.ok()) return command.error();
  return ToProto(*command);
}

Result<v1::ListCommandsResponse> Commands::List(const v1::ListCommandsRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  auto cursor = parts_.tokens.Read(kListName, request.filter(), request.page_token());
  if (!cursor.ok()) return cursor.error();

  const storage::CommandFilter filter = FromProto(request.filter());
  v1::ListCommandsResponse response;
  auto next = FillPage(
      PageSizeOf(request.page_size()), std::move(*cursor),
      [&](const storage::PageRequest& page) { return parts_.store.ListCommands(filter, page); },
      [](const storage::Command& command) { return ToProto(command); },
      *response.mutable_commands());
  if (!next.ok()) return next.error();
  if (*next) response.set_next_page_token(parts_.tokens.Make(kListName, request.filter(), **next));
  return response;
}

Result<v1::Command> Commands::Cancel(const v1::CancelCommandRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  const auto command = parts_.store.CancelCommand(CanonicalUuid(request.command_id()),
                                                  request.reason(), parts_.clock.Now());
  if (!command.ok()) return command.error();
  parts_.metrics.CommandMoved(storage::CommandState::kCancelled);
  parts_.signals.Changed(command->command_id);
  return ToProto(*command);
}

}  // namespace edgeplane::admin
