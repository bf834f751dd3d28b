// Who asked for what.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>

#include <set>

#include "services/admin/audited_call.h"
#include "tests/unit/admin/raw_call.h"
#include "tests/unit/rpc/error_details.h"

namespace edgeplane::admin {
namespace {

using rpc::ReasonOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class AuditTest : public AdminTest {
 protected:
  std::vector<v1::AuditEntry> List(const v1::AuditFilter& filter = {}) {
    v1::ListAuditRequest request;
    *request.mutable_filter() = filter;
    v1::ListAuditResponse response;
    EXPECT_TRUE(Call(&Stub::ListAudit, request, &response).ok());
    Later();
    return {response.entries().begin(), response.entries().end()};
  }
  // What is asked for from now on has another time.
  void Later() { clock_.Advance(std::chrono::milliseconds(1)); }
  v1::AuditEntry Last() {
    const std::vector<v1::AuditEntry> entries = List();
    EXPECT_THAT(entries, Not(IsEmpty()));
    return entries.empty() ? v1::AuditEntry() : entries.front();
  }
};

// By the descriptor: a new method cannot be forgotten.
TEST_F(AuditTest, EveryCallThatChangesSomethingLeavesAnEntryAndNoOtherDoes) {
  const auto& service =
      *v1::ListAuditRequest::descriptor()->file()->FindServiceByName("AdminService");
  std::set<std::string> expected;
  for (int i = 0; i < service.method_count(); ++i) {
    const std::string& method = service.method(i)->name();
    const bool reads =
        method.starts_with("Get") || method.starts_with("List") || method.starts_with("Watch");
    EXPECT_EQ(HasSideEffects(method), !reads) << method;
    if (service.method(i)->server_streaming()) continue;
    static_cast<void>(CallRaw(channel_, method, "", /*authorized=*/true));
    if (!reads) expected.insert(method);
  }
  std::multiset<std::string> found;
  for (const v1::AuditEntry& entry : List()) found.insert(entry.method());
  EXPECT_THAT(found, SizeIs(expected.size()));
  EXPECT_EQ(std::set<std::string>(found.begin(), found.end()), expected);
}

TEST_F(AuditTest, WhoeverIsNotLetInLeavesNone) {
  static_cast<void>(CallRaw(channel_, "DeleteAgent", "", /*authorized=*/false));
  EXPECT_THAT(List(), IsEmpty());
}

TEST_F(AuditTest, SaysWhoAskedForWhatAndWhatCameOfIt) {
  CreateAgent("a");
  const v1::AuditEntry created = Last();
  EXPECT_EQ(created.caller(), "test");
  EXPECT_THAT(created.peer_address(), HasSubstr("127.0.0.1:"));
  EXPECT_EQ(created.method(), "CreateAgent");
  EXPECT_EQ(created.agent_id(), "a");
  EXPECT_EQ(created.detail(), "user_phone=\"+15551234568\"");
  EXPECT_TRUE(created.has_status_code());
  EXPECT_EQ(created.status_code(), 0);
  EXPECT_EQ(created.error_reason(), "");

  const std::string command_id = SendCommand("a");
  EXPECT_EQ(Last().subject_id(), command_id);
  EXPECT_EQ(Last().detail(), "type=\"print\"");

  v1::CancelCommandRequest cancel;
  cancel.set_command_id(command_id);
  cancel.set_reason("not \"now\"\n");
  v1::Command cancelled;
  static_cast<void>(Call(&Stub::CancelCommand, cancel, &cancelled));
  EXPECT_EQ(Last().subject_id(), command_id);
  EXPECT_EQ(Last().detail(), R"(reason="not \"now\"\n")");
}

TEST_F(AuditTest, NamesTheAgentThatOnlyTheAnswerKnows) {
  CreateAgent("a");
  v1::CancelCommandRequest cancel;
  cancel.set_command_id(SendCommand("a"));
  v1::Command cancelled;
  ASSERT_TRUE(Call(&Stub::CancelCommand, cancel, &cancelled).ok());
  EXPECT_EQ(Last().agent_id(), "a");
  v1::UpdateAgentRequest update;
  update.mutable_agent()->set_agent_id("a");
  update.mutable_agent()->set_display_name("Ä");
  update.mutable_update_mask()->add_paths("display_name");
  v1::Agent updated;
  ASSERT_TRUE(Call(&Stub::UpdateAgent, update, &updated).ok());
  EXPECT_EQ(Last().agent_id(), "a");
  EXPECT_EQ(Last().detail(), "update_mask=display_name");
  v1::CreateJoinTokenResponse token;
  ASSERT_TRUE(Call(&Stub::CreateJoinToken, v1::CreateJoinTokenRequest(), &token).ok());
  EXPECT_EQ(Last().subject_id(), token.join_token().join_token_id());
}

TEST_F(AuditTest, HasWhatFailedToo) {
  v1::DisableAgentRequest request;
  request.set_agent_id("nobody");
  v1::Agent agent;
  const auto status = Call(&Stub::DisableAgent, request, &agent);
  ASSERT_FALSE(status.ok());
  const v1::AuditEntry entry = Last();
  EXPECT_EQ(entry.agent_id(), "nobody");
  EXPECT_EQ(entry.status_code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(entry.error_reason(), ReasonOf(status));
}

TEST_F(AuditTest, HoldsNoSecretPayloadOrConfiguration) {
  v1::ImportAgentRequest import;
  import.set_agent_id("a");
  import.set_user_phone("+15551234568");
  import.set_secret("precious-0123456789");
  v1::Agent agent;
  ASSERT_TRUE(Call(&Stub::ImportAgent, import, &agent).ok());
  v1::SendCommandRequest send;
  send.set_agent_id("a");
  send.set_type("say");
  (*send.mutable_payload()->mutable_fields())["text"].set_string_value("precious");
  v1::Command command;
  ASSERT_TRUE(Call(&Stub::SendCommand, send, &command).ok());
  v1::SetDesiredConfigRequest set;
  set.set_agent_id("a");
  (*set.mutable_config()->mutable_fields())["key"].set_string_value("precious");
  v1::DesiredConfig config;
  ASSERT_TRUE(Call(&Stub::SetDesiredConfig, set, &config).ok());
  Later();
  v1::RotateSecretRequest rotate;
  rotate.set_agent_id("a");
  rotate.mutable_overlap()->set_seconds(60);
  v1::RotateSecretResponse rotated;
  ASSERT_TRUE(Call(&Stub::RotateSecret, rotate, &rotated).ok());
  EXPECT_EQ(Last().detail(), "overlap=60s");
  for (const v1::AuditEntry& entry : List()) {
    EXPECT_THAT(entry.DebugString(), Not(HasSubstr("precious")));
    EXPECT_THAT(entry.DebugString(), Not(HasSubstr(rotated.secret())));
  }
}

TEST_F(AuditTest, HoldsLittleOfWhateverIsSent) {
  v1::DisableAgentRequest request;
  request.set_agent_id(std::string(100'000, 'a') + std::string(1, '\0'));
  request.set_reason(std::string(100'000, 'r'));
  v1::Agent agent;
  EXPECT_FALSE(Call(&Stub::DisableAgent, request, &agent).ok());
  EXPECT_LE(Last().ByteSizeLong(), 1024u);
  v1::UpdateAgentRequest update;
  update.mutable_update_mask()->add_paths(std::string("a\0b", 3));
  EXPECT_FALSE(Call(&Stub::UpdateAgent, update, &agent).ok());
  EXPECT_EQ(Last().detail(), "update_mask=a?b");
  request.set_agent_id(std::string(1, '\0'));
  EXPECT_FALSE(Call(&Stub::DisableAgent, request, &agent).ok());
  EXPECT_EQ(Last().agent_id(), "?");
}

TEST_F(AuditTest, NothingIsDoneWithoutAnEntry) {
  CreateAgent("a");
  EXPECT_THAT(List(), SizeIs(1));
  store_.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "The disk is full."));
  v1::DeleteAgentRequest request;
  request.set_agent_id("a");
  v1::DeleteAgentResponse response;
  EXPECT_EQ(ReasonOf(Call(&Stub::DeleteAgent, request, &response)), "STORE_UNAVAILABLE");
  EXPECT_TRUE(store_.GetAgent("a").ok());
  EXPECT_THAT(List(), SizeIs(1));
}

TEST_F(AuditTest, CanBeFiltered) {
  CreateAgent("a");
  clock_.Advance(std::chrono::seconds(10));
  CreateAgent("b");
  static_cast<void>(SendCommand("b"));
  v1::AuditFilter filter;
  filter.set_agent_id("b");
  EXPECT_THAT(List(filter), SizeIs(2));
  filter.set_method("SendCommand");
  EXPECT_THAT(List(filter), SizeIs(1));
  filter.set_caller("somebody else");
  EXPECT_THAT(List(filter), IsEmpty());
  v1::ListAuditRequest request;
  request.mutable_filter()->set_method(std::string(1000, 'm'));
  v1::ListAuditResponse response;
  EXPECT_EQ(ReasonOf(Call(&Stub::ListAudit, request, &response)), "INVALID_FIELD");
}

// A store that is back again is told.
TEST(AuditLog, KeepsHowCallsEndedOnceTheStoreTakesIt) {
  storage::MemoryStore store;
  const ManualClock clock(FromMicros(1'800'000'000'000'000));
  AuditLog log(store, clock);
  const auto id = log.Begin({.caller = "c", .method = "m"});
  ASSERT_TRUE(id.ok());
  store.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "Away."));
  log.End({*id, {5, "AGENT_NOT_FOUND"}, "a", ""});
  log.Settle(std::chrono::seconds(60));
  const auto page = store.ListAudit({}, {});
  ASSERT_TRUE(page.ok());
  ASSERT_THAT(page->items, SizeIs(1));
  ASSERT_TRUE(page->items[0].end.has_value());
  EXPECT_EQ(page->items[0].end->error_reason, "AGENT_NOT_FOUND");
}

TEST(AuditLog, KeepsWhatItHasWhenItGoes) {
  storage::MemoryStore store;
  const ManualClock clock(FromMicros(1'800'000'000'000'000));
  {
    AuditLog log(store, clock);
    for (int i = 0; i < 1000; ++i) {
      const auto id = log.Begin({.caller = "c", .method = "m"});
      ASSERT_TRUE(id.ok());
      log.End({*id, {}, "", ""});
    }
  }
  const auto page = store.ListAudit({}, {1000, std::nullopt});
  ASSERT_TRUE(page.ok());
  ASSERT_THAT(page->items, SizeIs(1000));
  for (const storage::AuditEntry& entry : page->items) EXPECT_TRUE(entry.end.has_value());
}

}  // namespace
}  // namespace edgeplane::admin
