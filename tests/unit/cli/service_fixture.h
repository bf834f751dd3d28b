// The command line against the real service: what its tests share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <future>

#include "tests/unit/admin/admin_fixture.h"
#include "tests/unit/cli/command_line.h"
#include "tests/unit/cli/temporary_directory.h"

namespace edgeplane::cli {

namespace json = boost::json;
using Args = std::vector<std::string>;

class ServiceTest : public admin::AdminTest {
 protected:
  Ran Run(Args args) {
    args.insert(args.begin(), {"--server", server_->address(), "--token-file", token_});
    return run_(args);
  }

  // Standard output as JSON; nothing but one object may be there.
  json::value RunJson(Args args) {
    args.emplace_back("--json");
    const Ran ran = Run(args);
    EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
    json::error_code error;
    json::value value = json::parse(ran.out, error);
    EXPECT_FALSE(error) << ran.out;
    return value;
  }

  static std::string Text(const json::value& object, const char* name) {
    return json::value_to<std::string>(object.at(name));
  }

  // What an agent would do with its next command.
  void Answer(const std::string& agent_id, storage::CommandEvent event, const std::string& error) {
    const auto opened = store_.OpenSession({.session_id = "11111111-1111-7111-8111-111111111111",
                                            .agent_id = agent_id,
                                            .gateway_id = "gateway-1",
                                            .peer_address = "192.0.2.1:4711",
                                            .now = clock_.Now()});
    ASSERT_TRUE(opened.ok());
    const auto* session = std::get_if<storage::SessionGrant>(&*opened);
    ASSERT_NE(session, nullptr);
    const storage::Fence fence{agent_id, "11111111-1111-7111-8111-111111111111", session->epoch};
    const auto claimed = store_.ClaimCommands({.fence = fence, .now = clock_.Now()});
    ASSERT_TRUE(claimed.ok());
    ASSERT_EQ(claimed->size(), 1U);
    const storage::Ack ack{.fence = fence,
                           .command_id = claimed->front().command_id,
                           .event = event,
                           .status = "done",
                           .error = error,
                           .time = clock_.Now(),
                           .ordinal = 1};
    ASSERT_TRUE(store_.ApplyAcks({ack}).ok());
    signals_.Changed(ack.command_id);
  }

  std::string CreateHere(const std::string& id, Args more = {}) {
    Args args = {"agent",   "create",       "--id",         id,
                 "--phone", "+15551234568", "--secret-out", directory_.In(id)};
    args.insert(args.end(), more.begin(), more.end());
    const Ran ran = Run(args);
    EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
    return ran.out;
  }

  TemporaryDirectory directory_;
  std::string token_ = directory_.Write("admin.token", std::string(admin::kToken) + "\n");
  CommandLine run_;
};

}  // namespace edgeplane::cli
