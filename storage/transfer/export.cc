#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/version.h"
#include "storage/transfer/row_json.h"
#include "storage/transfer/transfer.h"

namespace edgeplane::storage::transfer {
namespace {

namespace json = boost::json;

class Writer {
 public:
  explicit Writer(const std::function<Status(std::string_view)>& write) : write_(write) {}

  // To be written when something follows.
  void Hold(const json::object& object) { held_ = json::serialize(object) + '\n'; }

  Status Write(const json::object& object) {
    if (!held_.empty()) {
      const std::string held = std::exchange(held_, {});
      hash_.Update(held);
      if (Status written = write_(held); !written.ok()) return written;
    }
    const std::string line = json::serialize(object) + '\n';
    if (line.size() > kLineBytesMax) {
      return MakeError(v1::ErrorReason::INTERNAL,
                       "A row is longer than could be imported; this is a defect of edgeplane.");
    }
    hash_.Update(line);
    return write_(line);
  }
  std::string sha256() { return HexEncode(hash_.Finish()); }

 private:
  const std::function<Status(std::string_view)>& write_;
  std::string held_;
  Sha256Hash hash_;
};

json::object Header(Time now) {
  json::object header;
  header["format"] = kFormatName;
  header["version"] = kFormatVersion;
  header["edgeplane"] = Version();
  header["create_time"] = FormatTime(now);
  return header;
}

// No server's store is: it has a token of the operators at least.
Error IsEmpty() {
  return MakeError(v1::ErrorReason::INVALID_FIELD,
                   "Nothing was exported: the store is empty, no server has used it yet.");
}

Result<int64_t> ExportTable(Source& source, const Table& table, Writer& writer,
                            const Progress& progress) {
  int64_t rows = 0;
  const Status done = source.Read(table, [&](const Row& row) {
    if (++rows % kRowsPerProgress == 0) progress(table.name, rows);
    return writer.Write(RowToJson(table, row));
  });
  if (!done.ok()) return done.error();
  progress(table.name, rows);
  return rows;
}

}  // namespace

Result<Counts> Export(Source& source, Time now,
                      const std::function<Status(std::string_view)>& write,
                      const Progress& progress) {
  Writer writer(write);
  writer.Hold(Header(now));
  Counts counts;
  int64_t all = 0;
  std::vector<Table> tables = AllTables();
  tables.push_back(Counters());
  for (const Table& table : tables) {
    if (table.name == Counters().name && all == 0) return IsEmpty();
    const Result<int64_t> rows = ExportTable(source, table, writer, progress);
    if (!rows.ok()) return rows.error();
    counts.emplace(table.name, *rows);
    all += *rows;
  }
  json::object trailer;
  trailer["end"] = true;
  json::object& rows = trailer["rows"].emplace_object();
  for (const auto& [table, count] : counts) rows[table] = count;
  trailer["sha256"] = writer.sha256();
  if (Status ended = write(json::serialize(trailer) + '\n'); !ended.ok()) return ended.error();
  counts.erase(std::string(Counters().name));
  return counts;
}

}  // namespace edgeplane::storage::transfer
