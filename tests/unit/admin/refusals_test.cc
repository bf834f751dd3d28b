#include "services/admin/refusals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/reasons.h"
#include "base/uuid.h"
#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using v1::ErrorReason;

class RefusalsTest : public DomainTest {
 protected:
  std::string Record(int32_t reason, const std::string& agent_id, const std::string& evidence) {
    clock_.Advance(std::chrono::minutes(1));
    storage::Refusal refusal;
    refusal.refusal_id = NewUuid(clock_.Now());
    refusal.reason = reason;
    refusal.agent_id = agent_id;
    refusal.peer_address = "192.0.2.7:4711";
    refusal.gateway_id = "g1";
    refusal.create_time = clock_.Now();
    refusal.last_time = clock_.Now() + std::chrono::seconds(30);
    refusal.count = 7;
    refusal.http_status = 401;
    refusal.evidence = evidence;
    EXPECT_TRUE(store_.RecordRefusals({refusal}).ok());
    return refusal.refusal_id;
  }

  Result<v1::Refusal> Get(const std::string& id) {
    v1::GetRefusalRequest request;
    request.set_refusal_id(id);
    return refusals_.Get(request);
  }
};

TEST_F(RefusalsTest, PutsTogetherTheRowTheEvidenceAndTheReason) {
  v1::Refusal evidence;
  evidence.set_forwarded_for("203.0.113.9");
  evidence.set_detail("Byte 3 is no base64.");
  evidence.mutable_presented()->add_header_names("Host");
  evidence.mutable_presented()->set_fingerprint("01234567");
  evidence.mutable_expected()->set_fingerprint("89abcdef");
  evidence.mutable_expected()->set_session_peer_address("198.51.100.2:5");
  evidence.set_count(99);  // the row is right, not this
  evidence.set_sentence("An older sentence.");
  const std::string id = Record(v1::SECRET_MISMATCH, "a", evidence.SerializeAsString());

  const auto refusal = Get(id);
  ASSERT_TRUE(refusal.ok());
  EXPECT_EQ(refusal->refusal_id(), id);
  EXPECT_EQ(refusal->reason(), v1::SECRET_MISMATCH);
  EXPECT_EQ(refusal->stage(), v1::ADMISSION);
  EXPECT_EQ(refusal->retry(), v1::RETRY_USELESS);
  EXPECT_EQ(refusal->turn(), v1::TURN_OPERATOR);
  EXPECT_EQ(refusal->sentence(), TraitsOf(v1::SECRET_MISMATCH).sentence());
  EXPECT_EQ(refusal->agent_id(), "a");
  EXPECT_EQ(refusal->peer_address(), "192.0.2.7:4711");
  EXPECT_EQ(refusal->gateway_id(), "g1");
  EXPECT_EQ(refusal->count(), 7);
  EXPECT_EQ(refusal->http_status(), 401);
  EXPECT_EQ(refusal->last_time().seconds() - refusal->create_time().seconds(), 30);
  EXPECT_EQ(refusal->forwarded_for(), "203.0.113.9");
  EXPECT_EQ(refusal->detail(), "Byte 3 is no base64.");
  EXPECT_THAT(refusal->presented().header_names(), ElementsAre("Host"));
  EXPECT_EQ(refusal->expected().fingerprint(), "89abcdef");
  EXPECT_EQ(refusal->expected().session_peer_address(), "198.51.100.2:5");
}

TEST_F(RefusalsTest, EvidenceThatCannotBeReadDoesNotHideTheRest) {
  const auto refusal = Get(Record(v1::TOKEN_EXPIRED, "a", "\xff\xff\xff"));
  ASSERT_TRUE(refusal.ok());
  EXPECT_EQ(refusal->reason(), v1::TOKEN_EXPIRED);
  EXPECT_THAT(refusal->detail(), HasSubstr("cannot be read"));
}

// Written by a newer version in a rolling upgrade.
TEST_F(RefusalsTest, AReasonFromTheFutureKeepsItsNumber) {
  const auto refusal = Get(Record(4711, "a", ""));
  ASSERT_TRUE(refusal.ok());
  EXPECT_EQ(static_cast<int>(refusal->reason()), 4711);
  EXPECT_EQ(refusal->sentence(), "");
}

TEST_F(RefusalsTest, GetErrors) {
  EXPECT_EQ(CodeOf(Get(NewUuid(clock_.Now()))), ErrorReason::REFUSAL_NOT_FOUND);
  EXPECT_EQ(CodeOf(Get("x")), ErrorReason::INVALID_FIELD);
}

TEST_F(RefusalsTest, ListsNewestFirstByFilterAndPage) {
  const std::string first = Record(v1::SECRET_MISMATCH, "a", "");
  const std::string second = Record(v1::AGENT_UNKNOWN, "b", "");
  const std::string third = Record(v1::SECRET_MISMATCH, "a", "");

  v1::ListRefusalsRequest request;
  request.mutable_filter()->add_reasons(v1::SECRET_MISMATCH);
  request.set_page_size(1);
  auto page = refusals_.List(request);
  ASSERT_EQ(page->refusals_size(), 1);
  EXPECT_EQ(page->refusals(0).refusal_id(), third);
  request.set_page_token(page->next_page_token());
  page = refusals_.List(request);
  ASSERT_EQ(page->refusals_size(), 1);
  EXPECT_EQ(page->refusals(0).refusal_id(), first);
  request.mutable_filter()->add_reasons(v1::AGENT_UNKNOWN);
  EXPECT_EQ(CodeOf(refusals_.List(request)), ErrorReason::PAGE_TOKEN_INVALID);

  v1::ListRefusalsRequest recent;
  recent.mutable_filter()->mutable_since()->set_seconds(ToMicros(clock_.Now()) / 1'000'000 - 60);
  EXPECT_EQ(refusals_.List(recent)->refusals_size(), 2);
  v1::ListRefusalsRequest of_b;
  of_b.mutable_filter()->set_agent_id("b");
  ASSERT_EQ(refusals_.List(of_b)->refusals_size(), 1);
  EXPECT_EQ(refusals_.List(of_b)->refusals(0).refusal_id(), second);
}

TEST_F(RefusalsTest, TheFleetCountsThem) {
  Record(v1::AGENT_UNKNOWN, "b", "");
  Record(v1::SECRET_MISMATCH, "a", "");
  Record(v1::SECRET_MISMATCH, "c", "");
  CreateAgent("a");
  CreateAgent("b");
  Deliver("a");
  SendCommand("b");
  ASSERT_TRUE(store_.BeginLink({"g1"}, std::chrono::hours(1), clock_.Now()).ok());
  const auto status = fleet_.Get({});
  ASSERT_TRUE(status.ok());
  EXPECT_FALSE(status->version().empty());
  EXPECT_EQ(status->start_time().seconds(), 1'800'000'000);
  EXPECT_EQ(status->agents(), 2);
  EXPECT_EQ(status->agents_connected(), 1);
  EXPECT_EQ(status->agents_disabled(), 0);
  ASSERT_EQ(status->commands_size(), 1);
  EXPECT_EQ(status->commands(0).state(), v1::Command::QUEUED);
  EXPECT_EQ(status->commands(0).count(), 1);
  ASSERT_EQ(status->refusals_last_hour_size(), 2);
  EXPECT_EQ(status->refusals_last_hour(0).reason(), v1::SECRET_MISMATCH);
  EXPECT_EQ(status->refusals_last_hour(0).count(), 14);
  ASSERT_EQ(status->gateways_size(), 1);
  EXPECT_EQ(status->gateways(0).gateway_id(), "g1");
  EXPECT_EQ(status->gateways(0).sessions(), 1);

  for (int call = 1; call <= 3; ++call) {
    store_.FailOperation(call, MakeError(ErrorReason::STORE_UNAVAILABLE, "No."));
    EXPECT_EQ(CodeOf(fleet_.Get({})), ErrorReason::STORE_UNAVAILABLE) << call;
  }
  clock_.Advance(std::chrono::hours(2));
  EXPECT_EQ(fleet_.Get({})->refusals_last_hour_size(), 0);
}

}  // namespace
}  // namespace edgeplane::admin
