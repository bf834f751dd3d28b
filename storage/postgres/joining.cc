#include <limits>

#include "storage/agent_json.h"
#include "storage/cursor.h"
#include "storage/postgres/agent_rows.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/reader_pool.h"
#include "storage/postgres/writers.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using postgres::Blob;
using postgres::Connection;
using postgres::Row;
using postgres::Rows;
using postgres::Step;
using postgres::Transaction;

namespace {

struct TokenRow {
  int64_t number = 0;
  JoinToken token;
};

// In the order of the columns of the statements that give tokens.
Result<TokenRow> ReadToken(const Row& row) {
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

Result<JoinToken> Insert(Transaction& tx, const JoinToken& token) {
  const Result<Rows> inserted =
      tx.Run("insert_join_token", token.join_token_id, Blob{token.sha256}, token.description,
             token.user_phone, LabelsToJson(token.labels), token.max_uses, token.uses,
             token.create_time, token.expire_time, token.revoke_time);
  if (!inserted.ok()) return inserted.error();
  if (inserted->changed() == 0) return JoinTokenTaken(token.join_token_id);
  return token;
}

Result<JoinToken> Revoke(Transaction& tx, const std::string& join_token_id, Time now) {
  tx.Defer("revoke_join_token", join_token_id, now);
  const Result<Rows> rows = tx.Run("get_join_token", join_token_id);
  if (!rows.ok()) return rows.error();
  if (rows->empty()) return JoinTokenNotFound(join_token_id);
  Result<TokenRow> row = ReadToken(rows->front());
  if (!row.ok()) return row.error();
  return std::move(row->token);
}

// The agent a phone has, and the token that made it; both empty where it has none.
struct Known {
  std::string agent_id;
  std::string join_token_id;
};

Known FindKnown(const Rows& by_id, const Rows& by_phone) {
  for (const Row row : by_id) return {row.Bytes(0), row.Bytes(1)};
  if (by_phone.size() != 1) return {};
  return {by_phone.front().Bytes(0), by_phone.front().Bytes(1)};
}

// Makes the agent, and counts the use.
Status MakeAgent(Transaction& tx, const Registration& registration, TokenRow& row) {
  const auto inserted = tx.RunAll(
      {postgres::InsertAgent(NewAgent(registration, row.token), row.token.join_token_id)});
  if (!inserted.ok()) return inserted.error();
  // Somebody has made it since it was looked for.
  if (inserted->front().changed() == 0) return tx.Conflict();
  if (registration.secret) {
    tx.Defer(postgres::InsertSecret(registration.new_agent_id, *registration.secret), {});
  }
  ++row.token.uses;
  tx.Defer("use_join_token", row.number);
  return {};
}

// The token is locked first: whoever joins with it next sees its uses as they are
// then.
Result<Joined> Register(Transaction& tx, const Registration& registration) {
  const auto rows = tx.RunAll({Step("lock_join_token", Blob{registration.token_sha256}),
                               Step("find_joined_agent", registration.new_agent_id),
                               Step("find_agents_by_phone", registration.user_phone)});
  if (!rows.ok()) return rows.error();
  if ((*rows)[0].empty()) return Joined{};
  Result<TokenRow> row = ReadToken((*rows)[0].front());
  if (!row.ok()) return row.error();
  const Known known = FindKnown((*rows)[1], (*rows)[2]);
  const bool is_known = !known.agent_id.empty();
  const bool joined_by_this = is_known && known.join_token_id == row->token.join_token_id;
  Joined joined;
  joined.verdict = JudgeJoin(row->token, registration, is_known, joined_by_this);
  if (joined.verdict == JoinVerdict::kJoined) {
    joined.created = !is_known;
    if (joined.created) {
      if (Status made = MakeAgent(tx, registration, *row); !made.ok()) return made.error();
    }
    joined.agent_id = joined.created ? registration.new_agent_id : known.agent_id;
  }
  joined.token = std::move(row->token);
  return joined;
}

Result<Page<JoinToken>> List(Connection& db, std::optional<int64_t> from, const PageRequest& page) {
  const Result<Rows> rows =
      db.Run("list_join_tokens", from.value_or(std::numeric_limits<int64_t>::max()),
             static_cast<int64_t>(PageSize(page) + 1));
  if (!rows.ok()) return rows.error();
  std::vector<TokenRow> tokens;
  for (const Row row : *rows) {
    Result<TokenRow> token = ReadToken(row);
    if (!token.ok()) return token.error();
    tokens.push_back(std::move(*token));
  }
  Page<TokenRow> cut = CutToPage(std::move(tokens), page,
                                 [](const TokenRow& last) { return JoinTokenCursor(last.number); });
  Page<JoinToken> result;
  for (TokenRow& row : cut.items) result.items.push_back(std::move(row.token));
  result.next = std::move(cut.next);
  return result;
}

}  // namespace

Result<JoinToken> PostgresStore::CreateJoinToken(const JoinToken& token) {
  return writers_->Run<JoinToken>(StoreOperation::kCreateJoinToken, {},
                                  [token](Transaction& tx) { return Insert(tx, token); });
}

Result<Page<JoinToken>> PostgresStore::ListJoinTokens(const PageRequest& page) {
  const Result<std::optional<int64_t>> from = ReadJoinTokenCursor(page);
  if (!from.ok()) return from.error();
  return readers_->Run(StoreOperation::kListJoinTokens,
                       [&](Connection& db) { return List(db, *from, page); });
}

Result<JoinToken> PostgresStore::RevokeJoinToken(const std::string& join_token_id, Time now) {
  return writers_->Run<JoinToken>(
      StoreOperation::kRevokeJoinToken, {},
      [join_token_id, now](Transaction& tx) { return Revoke(tx, join_token_id, now); });
}

Result<Joined> PostgresStore::RegisterAgent(const Registration& registration) {
  return writers_->RunAlone<Joined>(
      StoreOperation::kRegisterAgent,
      [registration](Transaction& tx) { return Register(tx, registration); });
}

}  // namespace edgeplane::storage
