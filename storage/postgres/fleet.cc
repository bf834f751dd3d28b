#include "storage/fact.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/reader_pool.h"
#include "storage/postgres/writers.h"

namespace edgeplane::storage {

using postgres::Connection;
using postgres::Row;
using postgres::Rows;
using postgres::Transaction;

Result<AgentCounts> PostgresStore::CountAgents() {
  return readers_->Run(StoreOperation::kCountAgents, [](Connection& db) -> Result<AgentCounts> {
    const Result<Rows> rows = db.Run("count_agents");
    if (!rows.ok()) return rows.error();
    const Row row = rows->front();
    const int64_t agents = row.Number(0);
    return AgentCounts{agents, row.Number(1), row.Number(2), agents - row.Number(3)};
  });
}

Result<std::vector<AdminToken>> PostgresStore::ListAdminTokens() {
  return readers_->Run(
      StoreOperation::kListAdminTokens, [](Connection& db) -> Result<std::vector<AdminToken>> {
        const Result<Rows> rows = db.Run("list_admin_tokens");
        if (!rows.ok()) return rows.error();
        std::vector<AdminToken> tokens;
        for (const Row row : *rows) {
          tokens.push_back({row.Bytes(0), row.Bytes(1), row.Bytes(2), row.TimeAt(3)});
        }
        return tokens;
      });
}

Status PostgresStore::PutAdminToken(const AdminToken& token) {
  return writers_->Run<void>(StoreOperation::kPutAdminToken, {},
                             [token](Transaction& tx) -> Status {
                               tx.Defer("put_admin_token", token.name, postgres::Blob{token.sha256},
                                        token.role, token.create_time);
                               return {};
                             });
}

Result<std::optional<std::string>> PostgresStore::GetFact(const std::string& name) {
  using Fact = std::optional<std::string>;
  return readers_->Run(StoreOperation::kGetFact, [&](Connection& db) -> Result<Fact> {
    const Result<Rows> rows = db.Run("get_fact", name);
    if (!rows.ok()) return rows.error();
    if (rows->empty()) return Fact();
    return Fact(rows->front().Bytes(0));
  });
}

Result<std::string> PostgresStore::PutFactOnce(const std::string& name, const std::string& value) {
  if (Status checked = CheckFact(name, value); !checked.ok()) return checked.error();
  return writers_->Run<std::string>(StoreOperation::kPutFactOnce, {},
                                    [name, value](Transaction& tx) -> Result<std::string> {
                                      // Waits for somebody else who is putting it.
                                      tx.Defer("put_fact_once", name, value);
                                      const Result<Rows> rows = tx.Run("get_fact", name);
                                      if (!rows.ok()) return rows.error();
                                      return rows->empty() ? value : rows->front().Bytes(0);
                                    });
}

Status PostgresStore::CheckWritable() {
  if (Status trouble = writers_->Trouble(); !trouble.ok()) return trouble;
  // The mark that every commit leaves is what is written.
  return writers_->Run<void>(StoreOperation::kCheckWritable, {},
                             [](Transaction&) -> Status { return {}; });
}

}  // namespace edgeplane::storage
