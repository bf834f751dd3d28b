#include "cli/unreachable.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "base/setting_text.h"
#include "cli/data_directory.h"
#include "cli/escape.h"
#include "cli/status_text.h"

namespace edgeplane::cli {
namespace {

using grpc::StatusCode;

// gRPC's words for a call that never left: no name, no connection. A line that
// breaks later has others.
bool NeverConnected(const std::string& message) {
  return message.starts_with("failed to connect to all addresses") ||
         message.starts_with("DNS resolution failed");
}

// What an agents' port, or the metrics listener, is to a gRPC client.
bool SpeaksHttp1(const std::string& message) {
  return message.find("http1.x server") != std::string::npos;
}

// What an agents' port with TLS is.
bool HangsUp(const std::string& message) {
  return NeverConnected(message) && message.find("Connection reset by peer") != std::string::npos;
}

Outcome NotTheOperatorsPort(const ClientSettings& settings) {
  return {ExitCode::kUnreachable,
          {"what answers at " + settings.server + " is not the operators' port: it speaks HTTP/1.",
           "Give --server the address that `edgeplane serve` prints as `operators`; agents and "
           "metrics have others."}};
}

std::string WhereElse(const ClientSettings& settings) {
  if (!settings.server_assumed) {
    return "Give --server ADDR or EDGEPLANE_SERVER if it listens elsewhere.";
  }
  const std::string where =
      settings.data_dir.empty() ? "" : " in " + EscapeForTerminal(settings.data_dir);
  return "This is the default address, as no endpoints.json" + where +
         " says another: give --server ADDR, or --data-dir DIR of the server that is meant.";
}

Outcome Unreachable(const grpc::Status& status, const ClientSettings& settings) {
  if (SpeaksHttp1(status.error_message())) return NotTheOperatorsPort(settings);
  Outcome outcome{
      ExitCode::kUnreachable,
      {"cannot reach edgeplane at " + settings.server + ": is `edgeplane serve` running?"}};
  if (!status.error_message().empty()) {
    outcome.lines.push_back("What gRPC says: " + Clean(status.error_message()));
  }
  if (HangsUp(status.error_message())) {
    outcome.lines.emplace_back(
        "Something is there and hangs up: it may be the agents' port with TLS.");
  }
  outcome.lines.push_back(WhereElse(settings));
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

Outcome OtherApi(const grpc::Status& status, const ClientSettings& settings) {
  return {ExitCode::kFailed,
          {"what answers at " + settings.server + " does not know this call: " + Said(status),
           "Is it an edgeplane of this version, and its gRPC port?"}};
}

}  // namespace

Outcome NoServer(const ClientSettings& settings) {
  const std::string shown = EscapeForTerminal(settings.data_dir);
  std::error_code hidden;
  const bool there =
      std::filesystem::exists(std::filesystem::path(settings.data_dir) / kEndpointsFile, hidden);
  if (there || hidden) {
    return {ExitCode::kUnreachable,
            {"cannot tell from " + shown + "/" + kEndpointsFile + " where the server listens" +
                 (hidden ? ": " + hidden.message() : "; it names no address") + ".",
             "Give --server ADDR, the one that `edgeplane serve` prints as `operators`."}};
  }
  return {ExitCode::kUnreachable,
          {"no server runs on " + shown + " (no endpoints.json).",
           "Start one with `edgeplane serve --data-dir " + shown +
               "`, or give --server ADDR if it runs elsewhere."}};
}

std::optional<Outcome> Unanswered(const grpc::Status& status, const ClientSettings& settings) {
  switch (status.error_code()) {
    case StatusCode::UNAVAILABLE:
      return Unreachable(status, settings);
    case StatusCode::CANCELLED:
      return CutOff(settings);
    case StatusCode::DEADLINE_EXCEEDED:
      return TooLate(settings);
    case StatusCode::UNIMPLEMENTED:
      return OtherApi(status, settings);
    default:
      return std::nullopt;
  }
}

}  // namespace edgeplane::cli
