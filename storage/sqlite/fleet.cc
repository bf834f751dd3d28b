#include "storage/fact.h"
#include "storage/sqlite/query.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;

namespace {

Result<std::optional<std::string>> LoadFact(Connection& db, const std::string& name) {
  Query query(db, "get_fact");
  query.Bind(":name", name);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  if (!*row) return std::optional<std::string>();
  return std::optional<std::string>(query.Bytes(0));
}

Result<std::string> PutFact(Connection& db, const std::string& name, const std::string& value) {
  Query query(db, "put_fact_once");
  query.Bind(":name", name).Bind(":value", value);
  if (Status put = query.Run(); !put.ok()) return put.error();
  const Result<std::optional<std::string>> fact = LoadFact(db, name);
  if (!fact.ok()) return fact.error();
  return fact->value_or(value);
}

}  // namespace

Result<AgentCounts> SqliteStore::CountAgents() {
  return readers_->Run(StoreOperation::kCountAgents, [](Connection& db) -> Result<AgentCounts> {
    Query query(db, "count_agents");
    if (const Result<bool> row = query.Next(); !row.ok()) return row.error();
    const int64_t agents = query.Number(0);
    return AgentCounts{agents, query.Number(1), query.Number(2), agents - query.Number(3)};
  });
}

Result<std::vector<AdminToken>> SqliteStore::ListAdminTokens() {
  return readers_->Run(
      StoreOperation::kListAdminTokens, [](Connection& db) -> Result<std::vector<AdminToken>> {
        Query query(db, "list_admin_tokens");
        std::vector<AdminToken> tokens;
        while (true) {
          const Result<bool> row = query.Next();
          if (!row.ok()) return row.error();
          if (!*row) return tokens;
          tokens.push_back({query.Bytes(0), query.Bytes(1), query.Bytes(2), query.TimeAt(3)});
        }
      });
}

Status SqliteStore::PutAdminToken(const AdminToken& token) {
  return writer_->Run(StoreOperation::kPutAdminToken, [token](Connection& db) -> Status {
    Query query(db, "put_admin_token");
    query.Bind(":name", token.name)
        .BindBlob(":sha256", token.sha256)
        .Bind(":role", token.role)
        .Bind(":create_time", token.create_time);
    return query.Run();
  });
}

Result<std::optional<std::string>> SqliteStore::GetFact(const std::string& name) {
  return readers_->Run(StoreOperation::kGetFact,
                       [&](Connection& db) { return LoadFact(db, name); });
}

Result<std::string> SqliteStore::PutFactOnce(const std::string& name, const std::string& value) {
  if (Status checked = CheckFact(name, value); !checked.ok()) return checked.error();
  return writer_->Run<std::string>(StoreOperation::kPutFactOnce, [name, value](Connection& db) {
    return PutFact(db, name, value);
  });
}

Status SqliteStore::CheckWritable() {
  return writer_->Run(StoreOperation::kCheckWritable,
                      [](Connection& db) { return Query(db, "check_writable").Run(); });
}

}  // namespace edgeplane::storage
