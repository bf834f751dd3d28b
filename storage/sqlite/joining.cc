#include <limits>

#include "storage/agent_json.h"
#include "storage/cursor.h"
#include "storage/sqlite/agent_rows.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;

namespace {

struct TokenRow {
  int64_t number = 0;
  JoinToken token;
};

// In the order of the columns of the lists.
Result<TokenRow> ReadToken(const Query& row) {
  TokenRow read;
  read.number = row.Number(0);
  JoinToken& token = read.token;
  token.join_token_id = row.Bytes(1);
  token.sha256 = row.Bytes(2);
  token.description = row.Bytes(3);
  token.user_phone = row.Bytes(4);
  std::optional<std::map<std::string, std::string>> labels = LabelsFromJson(row.Bytes(5));
  if (!labels) return JoinTokenDamaged(token.join_token_id);
  token.labels = std::move(*labels);
  token.max_uses = row.Number(6);
  token.uses = row.Number(7);
  token.create_time = row.TimeAt(8);
  token.expire_time = row.TimeAt(9);
  token.revoke_time = row.OptionalTime(10);
  return read;
}

// The one row of a query, if it has one.
Result<std::optional<TokenRow>> ReadOne(Query& query) {
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  if (!*row) return std::optional<TokenRow>();
  Result<TokenRow> token = ReadToken(query);
  if (!token.ok()) return token.error();
  return std::optional<TokenRow>(std::move(*token));
}

Result<JoinToken> Insert(Connection& db, const JoinToken& token) {
  Query query(db, "insert_join_token");
  query.Bind(":join_token_id", token.join_token_id)
      .BindBlob(":sha256", token.sha256)
      .Bind(":description", token.description)
      .Bind(":user_phone", token.user_phone)
      .Bind(":labels", LabelsToJson(token.labels))
      .Bind(":max_uses", token.max_uses)
      .Bind(":uses", token.uses)
      .Bind(":create_time", token.create_time)
      .Bind(":expire_time", token.expire_time)
      .Bind(":revoke_time", token.revoke_time);
  if (Status inserted = query.Run(); !inserted.ok()) return inserted.error();
  if (ChangedRows(db) == 0) return JoinTokenTaken(token.join_token_id);
  return token;
}

Result<JoinToken> Revoke(Connection& db, const std::string& join_token_id, Time now) {
  Query update(db, "revoke_join_token");
  update.Bind(":join_token_id", join_token_id).Bind(":now", now);
  if (Status updated = update.Run(); !updated.ok()) return updated.error();
  Query query(db, "get_join_token");
  query.Bind(":join_token_id", join_token_id);
  Result<std::optional<TokenRow>> row = ReadOne(query);
  if (!row.ok()) return row.error();
  if (!*row) return JoinTokenNotFound(join_token_id);
  return std::move((*row)->token);
}

// The agent the phone has; empty: none.
Result<std::string> FindByPhone(Connection& db, const Registration& registration) {
  const auto disabled = sqlite::FindDisabled(db, registration.new_agent_id);
  if (!disabled.ok()) return disabled.error();
  if (*disabled) return registration.new_agent_id;
  Query query(db, "find_agents_by_phone");
  query.Bind(":phone_digits", registration.user_phone);
  std::string found;
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return found;
    if (!found.empty()) return std::string();
    found = query.Bytes(0);
  }
}

Result<bool> IsJoinedBy(Connection& db, const std::string& agent_id, const JoinToken& token) {
  Query query(db, "find_joined_by");
  query.Bind(":agent_id", agent_id);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  return *row && query.Bytes(0) == token.join_token_id;
}

// Makes the agent, and counts the use.
Status MakeAgent(Connection& db, const Registration& registration, TokenRow& row) {
  Status made = sqlite::InsertAgent(db, NewAgent(registration, row.token), registration.secret);
  if (!made.ok()) return made;
  Query joined(db, "put_joined_by");
  joined.Bind(":agent_id", registration.new_agent_id)
      .Bind(":join_token_id", row.token.join_token_id);
  if (Status put = joined.Run(); !put.ok()) return put;
  ++row.token.uses;
  Query use(db, "use_join_token");
  use.Bind(":number", row.number);
  return use.Run();
}

Result<Joined> Register(Connection& db, const Registration& registration) {
  Query query(db, "find_join_token");
  query.BindBlob(":sha256", registration.token_sha256);
  Result<std::optional<TokenRow>> row = ReadOne(query);
  if (!row.ok()) return row.error();
  if (!*row) return Joined{};
  JoinToken& token = (*row)->token;
  const Result<std::string> known = FindByPhone(db, registration);
  if (!known.ok()) return known.error();
  const Result<bool> joined_by_this = IsJoinedBy(db, *known, token);
  if (!joined_by_this.ok()) return joined_by_this.error();
  Joined joined;
  joined.verdict = JudgeJoin(token, registration, !known->empty(), *joined_by_this);
  if (joined.verdict == JoinVerdict::kJoined) {
    joined.created = known->empty();
    if (joined.created) {
      if (Status made = MakeAgent(db, registration, **row); !made.ok()) return made.error();
    }
    joined.agent_id = joined.created ? registration.new_agent_id : *known;
  }
  joined.token = std::move(token);
  return joined;
}

Result<Page<JoinToken>> List(Connection& db, std::optional<int64_t> from, size_t page_size) {
  Query query(db, "list_join_tokens");
  query.Bind(":before", from.value_or(std::numeric_limits<int64_t>::max()))
      .Bind(":limit", static_cast<int64_t>(page_size + 1));
  Page<JoinToken> result;
  int64_t last = 0;
  while (true) {
    Result<std::optional<TokenRow>> row = ReadOne(query);
    if (!row.ok()) return row.error();
    if (!*row) return result;
    if (result.items.size() == page_size) {
      result.next = JoinTokenCursor(last);
      return result;
    }
    last = (*row)->number;
    result.items.push_back(std::move((*row)->token));
  }
}

}  // namespace

Result<JoinToken> SqliteStore::CreateJoinToken(const JoinToken& token) {
  return writer_->Run<JoinToken>(StoreOperation::kCreateJoinToken,
                                 [token](Connection& db) { return Insert(db, token); });
}

Result<Page<JoinToken>> SqliteStore::ListJoinTokens(const PageRequest& page) {
  const Result<std::optional<int64_t>> from = ReadJoinTokenCursor(page);
  if (!from.ok()) return from.error();
  return readers_->Run(StoreOperation::kListJoinTokens,
                       [&](Connection& db) { return List(db, *from, PageSize(page)); });
}

Result<JoinToken> SqliteStore::RevokeJoinToken(const std::string& join_token_id, Time now) {
  return writer_->Run<JoinToken>(
      StoreOperation::kRevokeJoinToken,
      [join_token_id, now](Connection& db) { return Revoke(db, join_token_id, now); });
}

Result<Joined> SqliteStore::RegisterAgent(const Registration& registration) {
  return writer_->Run<Joined>(StoreOperation::kRegisterAgent, [registration](Connection& db) {
    return Register(db, registration);
  });
}

}  // namespace edgeplane::storage
