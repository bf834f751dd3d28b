#include "cli/failure.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <algorithm>
#include <array>
#include <optional>

#include "cli/escape.h"
#include "cli/status_text.h"
#include "cli/unreachable.h"

namespace edgeplane::cli {
namespace {

using grpc::StatusCode;

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

// The API's own words are of metadata, which an operator never sees.
Outcome NotPermitted(const grpc::Status& status, const std::string& reason,
                     const ClientSettings& settings) {
  const std::string file = EscapeForTerminal(settings.token_file);
  const bool token_wanted = reason == "TOKEN_REQUIRED";
  std::string first = Said(status);
  std::string next = "Give the file with the admin token: --token-file F or EDGEPLANE_TOKEN_FILE.";
  if (settings.token_sent) {
    if (token_wanted) first = "the server at " + settings.server + " does not know the admin token";
    next = "The token came from " + file +
           "; give another with --token-file F or EDGEPLANE_TOKEN_FILE. The server has its own in "
           "admin.token of its data directory.";
  } else {
    if (token_wanted) first = "this needs an admin token, and none was sent";
    if (!file.empty()) next = "There is no " + file + ". " + next;
  }
  return {ExitCode::kNotPermitted, {"not permitted: " + first, std::move(next)}};
}

Outcome OtherFilter() {
  return {ExitCode::kUsage,
          {"--resume-token: it was made with another --agent or --type, or by another server",
           "Give the filter it was made with; or watch without it, and see what happened before "
           "with `edgeplane event list --json`."}};
}

ExitCode CodeOf(StatusCode code) {
  if (code == StatusCode::NOT_FOUND) return ExitCode::kNotFound;
  // A mistake of the same kind as those that are found before anything is sent.
  if (code == StatusCode::INVALID_ARGUMENT) return ExitCode::kUsage;
  return ExitCode::kFailed;
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
  const std::string reason = details.info ? details.info->reason() : "";
  if (code == StatusCode::UNAUTHENTICATED || code == StatusCode::PERMISSION_DENIED) {
    return NotPermitted(status, reason, settings);
  }
  // What the server itself says carries its reason.
  if (reason.empty()) {
    if (std::optional<Outcome> unanswered = Unanswered(status, settings)) return *unanswered;
  }
  if (reason == "RESUME_TOKEN_INVALID") return OtherFilter();
  Outcome outcome{CodeOf(code), {}};
  // The sentence of a request with wrong fields lists them by the names of the
  // API; below they stand by the names of the options.
  std::string first = details.bad_request.field_violations().empty()
                          ? Said(status)
                          : "the request was not accepted";
  if (!reason.empty()) first += " (" + Clean(reason) + ")";
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
