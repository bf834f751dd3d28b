#include "services/admin/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const char kUuid[] = "0190b5a4-7e1c-7cc3-98c4-dc0c0c07398f";

// The violated fields of a create request with one thing changed.
template <class Change>
std::vector<std::string> Creating(Change change) {
  v1::CreateAgentRequest request;
  request.set_agent_id("a");
  request.set_user_phone("+15551234568");
  change(request);
  return FieldsOf(Validate(request));
}

template <class Change>
std::vector<std::string> Sending(Change change) {
  v1::SendCommandRequest request;
  request.set_agent_id("a");
  request.set_type("t");
  change(request);
  return FieldsOf(Validate(request));
}

TEST(Validation, ReportsEverythingAtOnceAndInWords) {
  v1::ImportAgentRequest request;
  request.set_agent_id("-a");
  request.set_user_phone("call me");
  request.set_display_name(std::string(201, 'x'));
  (*request.mutable_labels())["Upper"] = "v";
  request.add_allowed_addresses("10.0.0.0/8");
  request.add_allowed_addresses("10.0.0.0/99");
  request.set_secret("short");
  const Status status = Validate(request);
  EXPECT_EQ(CodeOf(status), v1::ErrorReason::INVALID_FIELD);
  EXPECT_THAT(FieldsOf(status),
              UnorderedElementsAre("agent_id", "user_phone", "display_name", "labels[\"Upper\"]",
                                   "allowed_addresses[1]", "secret"));
  EXPECT_THAT(status.error().message, HasSubstr("user_phone"));
}

TEST(Validation, AgentIds) {
  for (const std::string id : {"a", "edge_15551234568", "luna1", "A.b_c-9", "0"}) {
    EXPECT_THAT(Creating([&](auto& r) { r.set_agent_id(id); }), IsEmpty()) << id;
  }
  EXPECT_THAT(Creating([](auto& r) { r.set_agent_id(std::string(128, 'a')); }), IsEmpty());
  for (const std::string& id :
       {std::string(), std::string(129, 'a'), std::string(".a"), std::string("a b"),
        std::string("a/b"), std::string("\xc3\xa4"), std::string("a\0b", 3)}) {
    EXPECT_THAT(Creating([&](auto& r) { r.set_agent_id(id); }), ElementsAre("agent_id")) << id;
  }
}

TEST(Validation, Phones) {
  for (const char* phone : {"+15551234568", "15551234568", "123456789012345"}) {
    EXPECT_THAT(Creating([&](auto& r) { r.set_user_phone(phone); }), IsEmpty()) << phone;
  }
  for (const char* phone : {"", "+", "1234567890123456", "++1", "1-2", " 1", "1+"}) {
    EXPECT_THAT(Creating([&](auto& r) { r.set_user_phone(phone); }), ElementsAre("user_phone"))
        << phone;
    v1::ImportAgentRequest import;
    import.set_agent_id("a");
    import.set_user_phone(phone);
    import.set_secret("0123456789abcdef");
    EXPECT_THAT(FieldsOf(Validate(import)), ElementsAre("user_phone")) << phone;
    v1::UpdateAgentRequest update;
    update.mutable_agent()->set_agent_id("a");
    update.mutable_agent()->set_user_phone(phone);
    update.mutable_update_mask()->add_paths("user_phone");
    EXPECT_THAT(FieldsOf(Validate(update)), ElementsAre("agent.user_phone")) << phone;
  }
}

TEST(Validation, TextAtItsLimit) {
  EXPECT_THAT(Creating([](auto& r) { r.set_display_name(std::string(200, 'x')); }), IsEmpty());
  EXPECT_THAT(Creating([](auto& r) { r.set_display_name(std::string("a\0b", 3)); }),
              ElementsAre("display_name"));
}

TEST(Validation, Labels) {
  const auto with = [](const std::string& key, const std::string& value) {
    return Creating([&](auto& r) { (*r.mutable_labels())[key] = value; });
  };
  EXPECT_THAT(with("a.b/c_d-9", ""), IsEmpty());
  EXPECT_THAT(with(std::string(63, 'k'), std::string(200, 'v')), IsEmpty());
  EXPECT_EQ(with(std::string(64, 'k'), "v").size(), 1U);
  EXPECT_EQ(with("", "v").size(), 1U);
  EXPECT_EQ(with("-k", "v").size(), 1U);
  EXPECT_EQ(with("k", std::string(201, 'v')).size(), 1U);
  const auto with_count = [](int count) {
    return Creating([&](auto& r) {
      for (int i = 0; i < count; ++i) (*r.mutable_labels())["k" + std::to_string(i)] = "v";
    });
  };
  EXPECT_THAT(with_count(32), IsEmpty());
  EXPECT_THAT(with_count(33), ElementsAre("labels"));
}

TEST(Validation, AllowedAddresses) {
  const auto with = [](const std::vector<std::string>& addresses) {
    return Creating([&](auto& r) {
      for (const std::string& address : addresses) r.add_allowed_addresses(address);
    });
  };
  EXPECT_THAT(with({"192.0.2.1", "10.0.0.0/8", "2001:db8::/32", "::1"}), IsEmpty());
  EXPECT_THAT(with({"10.0.0.1/8", "host", ""}),
              ElementsAre("allowed_addresses[0]", "allowed_addresses[1]", "allowed_addresses[2]"));
  EXPECT_THAT(with(std::vector<std::string>(33, "::1")), ElementsAre("allowed_addresses"));
}

TEST(Validation, Secrets) {
  const auto with = [](const std::string& secret) {
    v1::ImportAgentRequest request;
    request.set_agent_id("a");
    request.set_user_phone("+15551234568");
    request.set_secret(secret);
    return FieldsOf(Validate(request));
  };
  for (const std::string& good :
       {std::string(16, 's'), std::string(256, 's'), std::string("with spaces inside")}) {
    EXPECT_THAT(with(good), IsEmpty()) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string(15, 's'), std::string(257, 's'), " " + std::string(16, 's'),
        std::string(16, 's') + " ", std::string(16, 's') + "\n", std::string(16, '\xe4')}) {
    EXPECT_THAT(with(bad), ElementsAre("secret")) << bad;
  }
}

TEST(Validation, UpdatesNeedAMaskThatNamesWhatCanBeChanged) {
  v1::UpdateAgentRequest request;
  request.mutable_agent()->set_agent_id("a");
  EXPECT_THAT(FieldsOf(Validate(request)), ElementsAre("update_mask"));
  request.mutable_update_mask()->add_paths("display_name");
  request.mutable_update_mask()->add_paths("disabled");
  request.mutable_update_mask()->add_paths("*");
  EXPECT_THAT(FieldsOf(Validate(request)),
              ElementsAre("update_mask.paths[1]", "update_mask.paths[2]"));
}

TEST(Validation, UpdatesLookAtEveryFieldTheMaskNames) {
  v1::UpdateAgentRequest request;
  request.mutable_agent()->set_agent_id("a");
  request.mutable_agent()->set_user_phone("x");
  request.mutable_agent()->set_display_name(std::string(201, 'x'));
  (*request.mutable_agent()->mutable_labels())["-"] = "";
  request.mutable_agent()->add_allowed_addresses("x");
  for (const char* path : {"user_phone", "display_name", "labels", "allowed_addresses"}) {
    request.mutable_update_mask()->add_paths(path);
  }
  EXPECT_EQ(FieldsOf(Validate(request)).size(), 4U);
}

TEST(Validation, Commands) {
  const auto fine = [](auto&) {};
  EXPECT_THAT(Sending(fine), IsEmpty());
  EXPECT_THAT(Sending([](auto& r) { r.set_type(""); }), ElementsAre("type"));
  EXPECT_THAT(Sending([](auto& r) { r.set_type(std::string(128, 't')); }), IsEmpty());
  EXPECT_THAT(Sending([](auto& r) { r.set_type(std::string(129, 't')); }), ElementsAre("type"));
  EXPECT_THAT(Sending([](auto& r) { r.set_max_deliveries(100); }), IsEmpty());
  EXPECT_THAT(Sending([](auto& r) { r.set_max_deliveries(101); }), ElementsAre("max_deliveries"));
  EXPECT_THAT(Sending([](auto& r) { r.set_max_deliveries(-1); }), ElementsAre("max_deliveries"));
  EXPECT_THAT(Sending([](auto& r) { r.set_priority(static_cast<v1::Command::Priority>(7)); }),
              ElementsAre("priority"));
  EXPECT_THAT(Sending([](auto& r) { r.set_idempotency_key(std::string(128, '~')); }), IsEmpty());
  EXPECT_THAT(Sending([](auto& r) { r.set_idempotency_key(std::string(129, '~')); }),
              ElementsAre("idempotency_key"));
  EXPECT_THAT(Sending([](auto& r) { r.set_idempotency_key("\xc3\xa4"); }),
              ElementsAre("idempotency_key"));
}

TEST(Validation, Ttls) {
  const auto with = [](int64_t seconds, int32_t nanos) {
    return Sending([&](auto& r) {
      r.mutable_ttl()->set_seconds(seconds);
      r.mutable_ttl()->set_nanos(nanos);
    });
  };
  EXPECT_THAT(with(1, 0), IsEmpty());
  EXPECT_THAT(with(30 * 86400, 0), IsEmpty());
  EXPECT_THAT(with(30 * 86400 - 1, 999'999'999), IsEmpty());
  for (const auto& [seconds, nanos] : std::vector<std::pair<int64_t, int32_t>>{{0, 999'999'999},
                                                                               {30 * 86400, 1},
                                                                               {-5, 0},
                                                                               {1, -1},
                                                                               {1, 1'000'000'000},
                                                                               {INT64_MAX, 0},
                                                                               {INT64_MIN, 0}}) {
    EXPECT_THAT(with(seconds, nanos), ElementsAre("ttl")) << seconds << " " << nanos;
  }
}

TEST(Validation, Lists) {
  v1::ListAgentsRequest agents;
  for (const int size : {0, 1, 1000}) {
    agents.set_page_size(size);
    EXPECT_TRUE(Validate(agents).ok()) << size;
  }
  for (const int size : {-1, 1001}) {
    agents.set_page_size(size);
    EXPECT_THAT(FieldsOf(Validate(agents)), ElementsAre("page_size"));
  }
  agents.set_page_size(0);
  agents.mutable_filter()->set_agent_id_prefix("a b");
  EXPECT_THAT(FieldsOf(Validate(agents)), ElementsAre("filter.agent_id_prefix"));

  v1::ListCommandsRequest commands;
  commands.set_page_size(2000);
  commands.mutable_filter()->set_agent_id("a b");
  commands.mutable_filter()->add_states(v1::Command::QUEUED);
  commands.mutable_filter()->add_states(v1::Command::STATE_UNSPECIFIED);
  commands.mutable_filter()->add_states(static_cast<v1::Command::State>(77));
  EXPECT_THAT(FieldsOf(Validate(commands)),
              ElementsAre("page_size", "filter.agent_id", "filter.states[1]", "filter.states[2]"));

  v1::ListRefusalsRequest refusals;
  refusals.mutable_filter()->set_agent_id("claimed, and not well formed");
  refusals.mutable_filter()->add_reasons(v1::SECRET_MISMATCH);
  EXPECT_TRUE(Validate(refusals).ok());
  refusals.mutable_filter()->add_reasons(v1::REASON_UNSPECIFIED);
  refusals.mutable_filter()->mutable_since()->set_seconds(INT64_MAX);
  EXPECT_THAT(FieldsOf(Validate(refusals)), ElementsAre("filter.reasons[1]", "filter.since"));
}

TEST(Validation, Ids) {
  v1::WatchCommandRequest watch;
  watch.set_command_id(kUuid);
  EXPECT_TRUE(Validate(watch).ok());
  watch.set_after_number(-1);
  EXPECT_THAT(FieldsOf(Validate(watch)), ElementsAre("after_number"));
  v1::CancelCommandRequest cancel;
  cancel.set_reason(std::string(201, 'r'));
  EXPECT_THAT(FieldsOf(Validate(cancel)), ElementsAre("command_id", "reason"));
  v1::DisableAgentRequest disable;
  disable.set_reason(std::string(201, 'r'));
  EXPECT_THAT(FieldsOf(Validate(disable)), ElementsAre("agent_id", "reason"));
  EXPECT_THAT(FieldsOf(Validate(v1::GetAgentRequest())), ElementsAre("agent_id"));
  EXPECT_THAT(FieldsOf(Validate(v1::EnableAgentRequest())), ElementsAre("agent_id"));
  EXPECT_THAT(FieldsOf(Validate(v1::DeleteAgentRequest())), ElementsAre("agent_id"));
  EXPECT_THAT(FieldsOf(Validate(v1::GetCommandRequest())), ElementsAre("command_id"));
  EXPECT_THAT(FieldsOf(Validate(v1::GetRefusalRequest())), ElementsAre("refusal_id"));
}

// What comes back must not grow with what was sent.
TEST(Validation, BoundsTheViolations) {
  v1::UpdateAgentRequest request;
  for (int i = 0; i < 10'000; ++i) request.mutable_update_mask()->add_paths("x");
  EXPECT_LE(FieldsOf(Validate(request)).size(), 32U);
}

}  // namespace
}  // namespace edgeplane::admin
