#include "cli/failure.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/setting_text.h"
#include "cli/escape.h"
#include "cli/status_name.h"

namespace edgeplane::cli {
namespace {

using grpc::StatusCode;

// A server's sentence may hold an agent's words, and may be of any length.
constexpr size_t kMessageBytesMax = 1000;

std::string Clean(std::string_view text) {
  std::string clean = EscapeForTerminal(text.substr(0, kMessageBytesMax));
  if (text.size() > kMessageBytesMax) clean += "..";
  return clean;
}

// A bare status word, which gRPC puts where nothing was said, says nothing.
std::string Said(const grpc::Status& status) {
  const std::string name = StatusName(status.error_code());
  if (status.error_message().empty() || status.error_message() == name) {
    return "the server gave no cause; gRPC's status is " + name;
  }
  return Clean(status.error_message());
}

struct Details {
  std::optional<google::rpc::ErrorInfo> info;
  google::rpc::BadRequest bad_request;
};

Details DecodeDetails(const grpc::Status& status) {
  Details details;
  google::rpc::Status rich;
  if (!rich.ParseFromString(status.error_details())) return details;
  for (const google::protobuf::Any& any : rich.details()) {
    if (any.Is<google::rpc::ErrorInfo>()) {
      google::rpc::ErrorInfo info;
      if (any.UnpackTo(&info)) details.info = std::move(info);
    } else if (any.Is<google::rpc::BadRequest>()) {
      google::rpc::BadRequest bad_request;
      if (any.UnpackTo(&bad_request)) details.bad_request.MergeFrom(bad_request);
    }
  }
  return details;
}

// gRPC's words for a call that never left: no name, no connection. A line that
// breaks later has others.
bool NeverConnected(const std::string& message) {
  return message.starts_with("failed to connect to all addresses") ||
         message.starts_with("DNS resolution failed");
}

Outcome Unreachable(const grpc::Status& status, const ClientSettings& settings) {
  Outcome outcome{
      ExitCode::kUnreachable,
      {"cannot reach edgeplane at " + settings.server + ": is `edgeplane serve` running?"}};
  if (!status.error_message().empty()) {
    outcome.lines.push_back("What gRPC says: " + Clean(status.error_message()));
  }
  outcome.lines.emplace_back("Give --server ADDR or EDGEPLANE_SERVER if it listens elsewhere.");
  outcome.in_doubt = !NeverConnected(status.error_message());
  return outcome;
}

// gRPC itself cancels what reaches a server that has begun to stop, on a
// connection that was open before, and gives no reason.
Outcome CutOff(const ClientSettings& settings) {
  return {ExitCode::kUnreachable,
          {"edgeplane at " + settings.server + " ended the call without an answer: it is stopping.",
           "Once it runs again, look whether the call has taken effect before you repeat it."},
          /*in_doubt=*/true};
}

Outcome TooLate(const ClientSettings& settings) {
  return {ExitCode::kUnreachable,
          {"no answer from edgeplane at " + settings.server + " within " +
               FormatDuration(settings.timeout) + ".",
           "Give more time with --timeout. A call that changes something may have taken effect: "
           "look before you repeat it."},
          /*in_doubt=*/true};
}

Outcome NotPermitted(const grpc::Status& status, const ClientSettings& settings) {
  Outcome outcome{ExitCode::kNotPermitted, {"not permitted: " + Said(status)}};
  const std::string file = EscapeForTerminal(settings.token_file);
  std::string next = "Give the file with the admin token: --token-file F or EDGEPLANE_TOKEN_FILE.";
  if (settings.token_sent) {
    next = "The token came from " + file +
           "; give another with --token-file F or "
           "EDGEPLANE_TOKEN_FILE.";
  } else if (!file.empty()) {
    next = "There is no " + file + ". " + next;
  }
  outcome.lines.push_back(std::move(next));
  return outcome;
}

ExitCode CodeOf(StatusCode code) {
  return code == StatusCode::NOT_FOUND ? ExitCode::kNotFound : ExitCode::kFailed;
}

}  // namespace

std::string OptionForField(std::string_view field, const CLI::App& leaf) {
  // The last part of "agent.labels[os]" says enough.
  std::string_view name = field.substr(0, field.find('['));
  if (const size_t dot = name.rfind('.'); dot != std::string_view::npos) {
    name = name.substr(dot + 1);
  }
  struct Alias {
    std::string_view field;
    const char* option;
  };
  static constexpr std::array<Alias, 16> kAliases = {{{"agent_id", "--id"},
                                                      {"agent_id", "--agent"},
                                                      {"agent_id", "ID"},
                                                      {"agent_id", "AGENT"},
                                                      {"command_id", "COMMAND_ID"},
                                                      {"refusal_id", "REFUSAL_ID"},
                                                      {"join_token_id", "TOKEN_ID"},
                                                      {"event_type", "--type"},
                                                      {"user_phone", "--phone"},
                                                      {"display_name", "--name"},
                                                      {"labels", "--label"},
                                                      {"allowed_addresses", "--allow-address"},
                                                      {"secret", "--secret-file"},
                                                      {"type", "TYPE"},
                                                      {"states", "--state"},
                                                      {"reasons", "--reason"}}};
  for (const Alias& alias : kAliases) {
    if (alias.field == name && leaf.get_option_no_throw(alias.option) != nullptr) {
      return alias.option;
    }
  }
  std::string kebab = "--" + std::string(name);
  std::ranges::replace(kebab, '_', '-');
  if (leaf.get_option_no_throw(kebab) != nullptr) return kebab;
  return Clean(field);
}

Outcome CallFailure(const grpc::Status& status, const ClientSettings& settings,
                    const CLI::App& leaf) {
  const Details details = DecodeDetails(status);
  const StatusCode code = status.error_code();
  if (code == StatusCode::UNAUTHENTICATED || code == StatusCode::PERMISSION_DENIED) {
    return NotPermitted(status, settings);
  }
  // What the server itself says carries its reason; without one, these
  // codes are gRPC's own word for a line that does not work.
  if (!details.info && code == StatusCode::UNAVAILABLE) return Unreachable(status, settings);
  if (!details.info && code == StatusCode::CANCELLED) return CutOff(settings);
  if (!details.info && code == StatusCode::DEADLINE_EXCEEDED) return TooLate(settings);
  if (!details.info && code == StatusCode::UNIMPLEMENTED) {
    return {ExitCode::kFailed,
            {"what answers at " + settings.server + " does not know this call: " + Said(status),
             "Is it an edgeplane of this version, and its gRPC port?"}};
  }
  Outcome outcome{CodeOf(code), {}};
  // The sentence of a request with wrong fields lists them by the names of the
  // API; below they stand by the names of the options.
  std::string first = details.bad_request.field_violations().empty()
                          ? Said(status)
                          : "the request was not accepted";
  if (details.info) first += " (" + Clean(details.info->reason()) + ")";
  outcome.lines.push_back(std::move(first));
  for (const auto& violation : details.bad_request.field_violations()) {
    outcome.lines.push_back("  " + OptionForField(violation.field(), leaf) + ": " +
                            Clean(violation.description()));
  }
  return outcome;
}

bool MayResume(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return true;
    default:
      return false;
  }
}

Outcome SettingsFailure(const Error& error) {
  Outcome outcome{ExitCode::kUsage, {EscapeForTerminal(error.message)}};
  if (error.violations.size() == 1) return outcome;  // the message is about that one
  for (const FieldViolation& violation : error.violations) {
    outcome.lines.push_back("  " + EscapeForTerminal(violation.field) + ": " +
                            EscapeForTerminal(violation.description));
  }
  return outcome;
}

}  // namespace edgeplane::cli
