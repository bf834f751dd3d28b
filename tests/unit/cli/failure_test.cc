#include "cli/failure.h"

#include <gtest/gtest.h>

#include "cli/status_text.h"
#include "services/rpc/status.h"

namespace edgeplane::cli {
namespace {

const ClientSettings kSettings{.server = "127.0.0.1:9090",
                               .token_file = "/data/admin.token",
                               .timeout = std::chrono::seconds(10)};

class FailureTest : public testing::Test {
 protected:
  FailureTest() {
    leaf_.add_option("--id");
    leaf_.add_option("--phone");
    leaf_.add_option("--label");
    leaf_.add_option("--max-deliveries");
  }
  Outcome Explain(const Error& error) {
    return CallFailure(rpc::ToGrpcStatus(error), kSettings, leaf_);
  }
  CLI::App leaf_;
};

TEST_F(FailureTest, ViolationsAreNamedAfterTheOptions) {
  EXPECT_EQ(OptionForField("agent_id", leaf_), "--id");
  EXPECT_EQ(OptionForField("agent.user_phone", leaf_), "--phone");
  EXPECT_EQ(OptionForField("agent.labels[os]", leaf_), "--label");
  EXPECT_EQ(OptionForField("max_deliveries", leaf_), "--max-deliveries");
  EXPECT_EQ(OptionForField("command_id", leaf_), "command_id");
  Error error = MakeError(v1::ErrorReason::INVALID_FIELD, "user_phone: .., labels: ..");
  error.violations = {{"user_phone", "is no phone number"}, {"labels[\x1b]", "has a bad key"}};
  const Outcome outcome = Explain(error);
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_EQ(outcome.lines, (std::vector<std::string>{"the request was not accepted (INVALID_FIELD)",
                                                     "  --phone: is no phone number",
                                                     "  --label: has a bad key"}));
}

TEST_F(FailureTest, CodesAreThoseThatScriptsKnow) {
  const auto code = [&](ErrorCode reason) { return Explain(MakeError(reason, "Said.")).code; };
  EXPECT_EQ(code(v1::ErrorReason::AGENT_NOT_FOUND), ExitCode::kNotFound);
  EXPECT_EQ(code(v1::ErrorReason::COMMAND_NOT_FOUND), ExitCode::kNotFound);
  EXPECT_EQ(code(v1::ErrorReason::REFUSAL_NOT_FOUND), ExitCode::kNotFound);
  EXPECT_EQ(code(v1::ErrorReason::AGENT_ALREADY_EXISTS), ExitCode::kFailed);
  EXPECT_EQ(code(v1::ErrorReason::INVALID_FIELD), ExitCode::kUsage);
  EXPECT_EQ(code(v1::ErrorReason::RESUME_TOKEN_INVALID), ExitCode::kUsage);
  EXPECT_EQ(code(v1::ErrorReason::TOKEN_REQUIRED), ExitCode::kNotPermitted);
  EXPECT_EQ(code(v1::ErrorReason::ROLE_INSUFFICIENT), ExitCode::kNotPermitted);
  // The server was reached, and says so itself.
  EXPECT_EQ(code(v1::ErrorReason::STORE_UNAVAILABLE), ExitCode::kFailed);
  EXPECT_EQ(code(v1::ErrorReason::STORE_IN_DOUBT), ExitCode::kFailed);
}

TEST_F(FailureTest, ALineThatDoesNotWorkIsUnreachable) {
  const Outcome refused = CallFailure(
      grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection refused"), kSettings, leaf_);
  EXPECT_EQ(refused.code, ExitCode::kUnreachable);
  EXPECT_EQ(refused.lines.at(0),
            "cannot reach edgeplane at 127.0.0.1:9090: is `edgeplane serve` running?");
  const Outcome late =
      CallFailure(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "late"), kSettings, leaf_);
  EXPECT_EQ(late.code, ExitCode::kUnreachable);
  EXPECT_NE(late.lines.at(0).find("within 10s"), std::string::npos);
}

TEST_F(FailureTest, AServerThatStopsIsUnreachable) {
  const Outcome cut =
      CallFailure(grpc::Status(grpc::StatusCode::CANCELLED, "CANCELLED"), kSettings, leaf_);
  EXPECT_EQ(cut.code, ExitCode::kUnreachable);
  EXPECT_TRUE(cut.in_doubt);
  EXPECT_EQ(cut.lines.at(0),
            "edgeplane at 127.0.0.1:9090 ended the call without an answer: it is stopping.");
}

TEST_F(FailureTest, ABareStatusWordIsNeverAllThatIsSaid) {
  for (int number = 1; number <= 16; ++number) {
    const auto code = static_cast<grpc::StatusCode>(number);
    for (const std::string& message : {std::string(), StatusName(code)}) {
      const Outcome outcome = CallFailure(grpc::Status(code, message), kSettings, leaf_);
      EXPECT_GT(outcome.lines.at(0).size(), StatusName(code).size() + 20) << outcome.lines.at(0);
    }
  }
  EXPECT_EQ(StatusName(static_cast<grpc::StatusCode>(99)), "status 99");
}

TEST_F(FailureTest, ATimeBelowASecondIsStillATime) {
  ClientSettings hasty = kSettings;
  hasty.timeout = std::chrono::milliseconds(500);
  const Outcome late =
      CallFailure(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "late"), hasty, leaf_);
  EXPECT_EQ(late.lines.at(0), "no answer from edgeplane at 127.0.0.1:9090 within 500ms.");
}

TEST_F(FailureTest, ACallThatNeverLeftIsNotInDoubt) {
  const auto failed = [&](grpc::StatusCode code, const char* message) {
    return CallFailure(grpc::Status(code, message), kSettings, leaf_);
  };
  const Outcome refused = failed(grpc::StatusCode::UNAVAILABLE,
                                 "failed to connect to all addresses; last error: \x1b refused");
  EXPECT_FALSE(refused.in_doubt);
  EXPECT_EQ(refused.lines.at(1),
            "What gRPC says: failed to connect to all addresses; last error: \\x1b refused");
  EXPECT_FALSE(
      failed(grpc::StatusCode::UNAVAILABLE, "DNS resolution failed for nowhere:1").in_doubt);
  EXPECT_TRUE(failed(grpc::StatusCode::UNAVAILABLE, "Socket closed").in_doubt);
  EXPECT_TRUE(failed(grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded").in_doubt);
}

TEST_F(FailureTest, ATokenIsOnlyBlamedWhereOneWasSent) {
  const auto advice = [&](const ClientSettings& settings) {
    const Error error = MakeError(v1::ErrorReason::TOKEN_REQUIRED, "Said.");
    return CallFailure(rpc::ToGrpcStatus(error), settings, leaf_).lines.at(1);
  };
  ClientSettings settings = kSettings;
  EXPECT_EQ(advice(settings).rfind("There is no /data/admin.token. Give the file", 0), 0U);
  settings.token_sent = true;
  EXPECT_EQ(advice(settings).rfind("The token came from /data/admin.token;", 0), 0U);
  EXPECT_EQ(advice({.server = "a:1"}).rfind("Give the file", 0), 0U);
}

TEST_F(FailureTest, ATokenIsSpokenOfWithoutMetadata) {
  ClientSettings settings = kSettings;
  for (const bool sent : {false, true}) {
    settings.token_sent = sent;
    const Error error = MakeError(v1::ErrorReason::TOKEN_REQUIRED, "Send the metadata `x`.");
    const Outcome outcome = CallFailure(rpc::ToGrpcStatus(error), settings, leaf_);
    EXPECT_EQ(outcome.lines.at(0),
              sent ? "not permitted: the server at 127.0.0.1:9090 does not know the admin token"
                   : "not permitted: this needs an admin token, and none was sent");
  }
  const Error role = MakeError(v1::ErrorReason::ROLE_INSUFFICIENT, "The role is viewer.");
  EXPECT_EQ(CallFailure(rpc::ToGrpcStatus(role), settings, leaf_).lines.at(0),
            "not permitted: The role is viewer.");
}

TEST_F(FailureTest, AnAgentsPortIsNotTheOperators) {
  const Outcome outcome =
      CallFailure(grpc::Status(grpc::StatusCode::UNAVAILABLE,
                               "failed to connect to all addresses; last error: UNKNOWN: "
                               "ipv4:127.0.0.1:9090: Trying to connect an http1.x server"),
                  kSettings, leaf_);
  EXPECT_EQ(outcome.code, ExitCode::kUnreachable);
  EXPECT_EQ(outcome.lines.at(0),
            "what answers at 127.0.0.1:9090 is not the operators' port: it speaks HTTP/1.");
}

TEST_F(FailureTest, AnAgentsPortWithTlsHangsUp) {
  const auto second_last = [&](const char* message) {
    const auto lines =
        CallFailure(grpc::Status(grpc::StatusCode::UNAVAILABLE, message), kSettings, leaf_).lines;
    return lines.at(lines.size() - 2);
  };
  EXPECT_EQ(second_last("failed to connect to all addresses; last error: UNAVAILABLE: "
                        "ipv4:127.0.0.1:8443: recvmsg:Connection reset by peer"),
            "Something is there and hangs up: it may be the agents' port with TLS.");
  EXPECT_TRUE(second_last("Connection reset by peer").starts_with("What gRPC says"));
}

TEST_F(FailureTest, AnAddressThatNobodyNamedIsSaidToBeTheDefault) {
  ClientSettings settings = kSettings;
  settings.data_dir = "/data";
  settings.server_assumed = true;
  const auto last = [&] {
    return CallFailure(grpc::Status(grpc::StatusCode::UNAVAILABLE, "no"), settings, leaf_)
        .lines.back();
  };
  EXPECT_EQ(last(),
            "This is the default address, as no endpoints.json in /data says another: give "
            "--server ADDR, or --data-dir DIR of the server that is meant.");
  settings.server_assumed = false;
  EXPECT_EQ(last(), "Give --server ADDR or EDGEPLANE_SERVER if it listens elsewhere.");
}

TEST_F(FailureTest, WhatTheServerSaysCannotDriveTheTerminal) {
  const Outcome outcome =
      Explain(MakeError(v1::ErrorReason::AGENT_NOT_FOUND, "No agent \x1b[2J\nedgeplane: done."));
  EXPECT_EQ(outcome.lines.at(0), "No agent \\x1b[2J\\nedgeplane: done. (AGENT_NOT_FOUND)");
  const Outcome details = CallFailure(
      grpc::Status(grpc::StatusCode::INTERNAL, std::string(100'000, 'x'), "no protobuf \xff"),
      kSettings, leaf_);
  EXPECT_EQ(details.code, ExitCode::kFailed);
  EXPECT_LT(details.lines.at(0).size(), 2000U);
}

}  // namespace
}  // namespace edgeplane::cli
