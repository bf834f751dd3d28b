#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AuditContract : public StoreContract {
 protected:
  static AuditEntry EntryOf(int number, const std::string& agent_id) {
    AuditEntry entry;
    entry.audit_id = Id(number);
    entry.create_time = After(number);
    entry.caller = "bootstrap";
    entry.peer_address = "192.0.2.1:4711";
    entry.method = "SendCommand";
    entry.agent_id = agent_id;
    entry.detail = "type=\"r\u00fcck\"";
    return entry;
  }
  void Record(const AuditEntry& entry) { ASSERT_TRUE(store().RecordAudit(entry).ok()); }
  std::vector<std::string> ListIds(const AuditFilter& filter) {
    std::vector<std::string> ids;
    const auto page = store().ListAudit(filter, {});
    EXPECT_TRUE(page.ok());
    if (!page.ok()) return ids;
    for (const AuditEntry& entry : page->items) ids.push_back(entry.audit_id);
    return ids;
  }
  AuditEntry Only() {
    const auto page = store().ListAudit({}, {});
    EXPECT_TRUE(page.ok());
    EXPECT_EQ(page->items.size(), 1u);
    return page->items.empty() ? AuditEntry{} : page->items.front();
  }
};

TEST_P(AuditContract, KeepsWhatACallBeginsWith) {
  AuditEntry entry = EntryOf(1, "a");
  entry.end = {13, "INTERNAL"};  // not read: it has just begun
  Record(entry);
  const AuditEntry kept = Only();
  EXPECT_EQ(kept.audit_id, entry.audit_id);
  EXPECT_EQ(kept.create_time, entry.create_time);
  EXPECT_EQ(kept.caller, entry.caller);
  EXPECT_EQ(kept.peer_address, entry.peer_address);
  EXPECT_EQ(kept.method, entry.method);
  EXPECT_EQ(kept.agent_id, "a");
  EXPECT_EQ(kept.subject, "");
  EXPECT_EQ(kept.detail, entry.detail);
  EXPECT_FALSE(kept.end.has_value());
}

TEST_P(AuditContract, KeepsHowItEnds) {
  Record(EntryOf(1, "a"));
  ASSERT_TRUE(store().FinishAudit({{Id(1), {5, "AGENT_NOT_FOUND"}, "", ""}}).ok());
  const AuditEntry kept = Only();
  ASSERT_TRUE(kept.end.has_value());
  EXPECT_EQ(kept.end->status_code, 5);
  EXPECT_EQ(kept.end->error_reason, "AGENT_NOT_FOUND");
  EXPECT_EQ(kept.agent_id, "a");
}

TEST_P(AuditContract, TakesWhatIsOnlyKnownAtTheEnd) {
  Record(EntryOf(1, ""));
  Record(EntryOf(2, "b"));
  ASSERT_TRUE(
      store()
          .FinishAudit({{Id(1), {}, "a", Id(9)}, {Id(3), {}, "gone", ""}, {Id(2), {}, "", ""}})
          .ok());
  EXPECT_THAT(ListIds({.agent_id = "a"}), ElementsAre(Id(1)));
  EXPECT_THAT(ListIds({.agent_id = "b"}), ElementsAre(Id(2)));
  EXPECT_EQ(store().ListAudit({.agent_id = "a"}, {})->items.front().subject, Id(9));
}

TEST_P(AuditContract, FiltersByAllThatIsGiven) {
  Record(EntryOf(1, "a"));
  AuditEntry other = EntryOf(2, "a");
  other.caller = "ops";
  Record(other);
  other = EntryOf(3, "b");
  other.method = "DeleteAgent";
  Record(other);
  EXPECT_THAT(ListIds({}), ElementsAre(Id(3), Id(2), Id(1)));
  EXPECT_THAT(ListIds({.agent_id = "a"}), ElementsAre(Id(2), Id(1)));
  EXPECT_THAT(ListIds({.caller = "ops"}), ElementsAre(Id(2)));
  EXPECT_THAT(ListIds({.method = "DeleteAgent"}), ElementsAre(Id(3)));
  EXPECT_THAT(ListIds({.method = kCommonestMethod}), ElementsAre(Id(2), Id(1)));
  EXPECT_THAT(ListIds({.caller = "ops", .method = "DeleteAgent"}), IsEmpty());
  EXPECT_THAT(ListIds({.method = "DeleteAgent", .since = After(4)}), IsEmpty());
  EXPECT_THAT(ListIds({.since = After(2)}), ElementsAre(Id(3), Id(2)));
  EXPECT_THAT(ListIds({.agent_id = "a", .caller = "bootstrap", .since = After(2)}), IsEmpty());
}

TEST_P(AuditContract, GivesPagesOfWhicheverFilter) {
  for (int i = 1; i <= 5; ++i) {
    AuditEntry entry = EntryOf(i, i % 2 == 0 ? "even" : "odd");
    if (i > 1) entry.method = "DeleteAgent";
    Record(entry);
  }
  for (const AuditFilter& filter :
       {AuditFilter{}, AuditFilter{.agent_id = "odd"}, AuditFilter{.method = "DeleteAgent"}}) {
    std::vector<std::string> ids;
    PageRequest request{2, std::nullopt};
    do {
      const auto page = store().ListAudit(filter, request);
      ASSERT_TRUE(page.ok());
      for (const AuditEntry& entry : page->items) ids.push_back(entry.audit_id);
      request.from = page->next;
    } while (request.from);
    EXPECT_GE(ids.size(), 3u);
    EXPECT_EQ(ids, ListIds(filter));
  }
  EXPECT_EQ(CodeOf(store().ListAudit({}, {2, "no cursor"})), Code::PAGE_TOKEN_INVALID);
}

TEST_P(AuditContract, LetsTheOldestGo) {
  for (int i = 1; i <= 4; ++i) Record(EntryOf(i, "a"));
  EXPECT_EQ(*store().PruneAudit(After(4), 2), 2u);
  EXPECT_THAT(ListIds({}), ElementsAre(Id(4), Id(3)));
  EXPECT_EQ(*store().PruneAudit(After(4), 2), 1u);
  EXPECT_THAT(ListIds({}), ElementsAre(Id(4)));
}

EDGEPLANE_FOR_ALL_STORES(AuditContract);

}  // namespace
}  // namespace edgeplane::storage
