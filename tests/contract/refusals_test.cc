#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RefusalContract : public StoreContract {
 protected:
  void Record(const Refusal& refusal) { ASSERT_TRUE(store().RecordRefusals({refusal}).ok()); }
  std::vector<std::string> ListIds(const RefusalFilter& filter) {
    std::vector<std::string> ids;
    const Result<Page<Refusal>> page = store().ListRefusals(filter, {});
    EXPECT_TRUE(page.ok());
    if (!page.ok()) return ids;
    for (const Refusal& refusal : page->items) ids.push_back(refusal.refusal_id);
    return ids;
  }
};

Refusal MakeRefusal(int number, const std::string& agent_id, int32_t reason) {
  Refusal refusal;
  refusal.refusal_id = Id(number);
  refusal.reason = reason;
  refusal.agent_id = agent_id;
  refusal.peer_address = "192.0.2.9:1";
  refusal.gateway_id = "gw";
  refusal.create_time = After(number);
  refusal.last_time = After(number);
  refusal.http_status = 401;
  refusal.evidence = std::string("\0\x01\xff", 3);
  return refusal;
}

void ExpectSame(const Refusal& a, const Refusal& b) {
  EXPECT_EQ(a.refusal_id, b.refusal_id);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.agent_id, b.agent_id);
  EXPECT_EQ(a.peer_address, b.peer_address);
  EXPECT_EQ(a.gateway_id, b.gateway_id);
  EXPECT_EQ(a.create_time, b.create_time);
  EXPECT_EQ(a.last_time, b.last_time);
  EXPECT_EQ(a.count, b.count);
  EXPECT_EQ(a.http_status, b.http_status);
  EXPECT_EQ(a.evidence, b.evidence);
}

TEST_P(RefusalContract, KeepsEveryField) {
  Refusal refusal = MakeRefusal(1, "a", 31);
  refusal.last_time = After(7);
  refusal.count = 12;
  Record(refusal);
  const Result<Refusal> got = store().GetRefusal(Id(1));
  ASSERT_TRUE(got.ok());
  ExpectSame(*got, refusal);
  const Result<Page<Refusal>> listed = store().ListRefusals({}, {});
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->items.size(), 1u);
  ExpectSame(listed->items[0], refusal);
  EXPECT_EQ(CodeOf(store().GetRefusal(Id(2))), Code::REFUSAL_NOT_FOUND);
}

TEST_P(RefusalContract, ALaterReportWinsWhereItSaysMore) {
  Refusal refusal = MakeRefusal(1, "a", 31);
  refusal.count = 5;
  refusal.last_time = After(20);
  Record(refusal);

  Refusal later = refusal;
  later.count = 9;
  later.last_time = After(30);
  later.agent_id = "somebody else";
  later.evidence = "other";
  Record(later);
  Refusal expected = refusal;
  expected.count = 9;
  expected.last_time = After(30);
  Result<Refusal> got = store().GetRefusal(Id(1));
  ASSERT_TRUE(got.ok());
  ExpectSame(*got, expected);

  // One that was overtaken on its way changes nothing.
  Record(refusal);
  got = store().GetRefusal(Id(1));
  ASSERT_TRUE(got.ok());
  ExpectSame(*got, expected);
}

TEST_P(RefusalContract, RecordsManyAtOnceAndTheSameTwiceAmongThem) {
  Refusal again = MakeRefusal(1, "a", 31);
  again.count = 4;
  ASSERT_TRUE(
      store().RecordRefusals({MakeRefusal(1, "a", 31), MakeRefusal(2, "b", 30), again}).ok());
  EXPECT_THAT(ListIds({}), ElementsAre(Id(2), Id(1)));
  const Result<Refusal> got = store().GetRefusal(Id(1));
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->count, 4);
  EXPECT_TRUE(store().RecordRefusals({}).ok());
}

TEST_P(RefusalContract, ListsNewestFirstWithEveryFilter) {
  Refusal tie = MakeRefusal(5, "a", 30);
  tie.create_time = After(3);  // as old as the third: then by id
  Refusal busy = MakeRefusal(1, "a", 30);
  busy.last_time = After(100);  // the oldest, and still going on
  ASSERT_TRUE(store()
                  .RecordRefusals({busy, MakeRefusal(2, "b", 31), MakeRefusal(3, "a", 31),
                                   MakeRefusal(4, "", 10), tie})
                  .ok());
  EXPECT_THAT(ListIds({}), ElementsAre(Id(4), Id(5), Id(3), Id(2), Id(1)));
  EXPECT_THAT(ListIds({"a", {}, {}}), ElementsAre(Id(5), Id(3), Id(1)));
  EXPECT_THAT(ListIds({"", {31}, {}}), ElementsAre(Id(3), Id(2)));
  EXPECT_THAT(ListIds({"", {31, 10}, {}}), ElementsAre(Id(4), Id(3), Id(2)));
  EXPECT_THAT(ListIds({"a", {31}, {}}), ElementsAre(Id(3)));
  EXPECT_THAT(ListIds({"", {}, After(4)}), ElementsAre(Id(4), Id(5), Id(1)));
  EXPECT_THAT(ListIds({"a", {}, After(6)}), ElementsAre(Id(1)));
  EXPECT_THAT(ListIds({"", {30}, After(5)}), ElementsAre(Id(5), Id(1)));
  EXPECT_THAT(ListIds({"", {}, After(101)}), IsEmpty());
  EXPECT_THAT(ListIds({"nobody", {}, {}}), IsEmpty());
}

TEST_P(RefusalContract, CountsAttemptsByReason) {
  const auto counts = [&](Time since) {
    std::vector<std::pair<int32_t, int64_t>> pairs;
    const Result<std::vector<ReasonCount>> result = store().CountRefusals(since);
    EXPECT_TRUE(result.ok());
    if (!result.ok()) return pairs;
    for (const ReasonCount& entry : *result) pairs.emplace_back(entry.reason, entry.count);
    return pairs;
  };
  EXPECT_THAT(counts(kStart), IsEmpty());
  Refusal many = MakeRefusal(2, "b", 31);
  many.count = 40;
  ASSERT_TRUE(
      store().RecordRefusals({MakeRefusal(1, "a", 30), many, MakeRefusal(3, "c", 30)}).ok());
  using testing::Pair;
  EXPECT_THAT(counts(kStart), ElementsAre(Pair(31, 40), Pair(30, 2)));
  EXPECT_THAT(counts(After(2)), ElementsAre(Pair(31, 40), Pair(30, 1)));
  EXPECT_THAT(counts(After(3)), ElementsAre(Pair(30, 1)));
  EXPECT_THAT(counts(After(4)), IsEmpty());
}

EDGEPLANE_FOR_ALL_STORES(RefusalContract);

}  // namespace
}  // namespace edgeplane::storage
