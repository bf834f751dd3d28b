// Moves all that a store keeps into a text and back, from whichever database to
// whichever.
//
// The text is UTF-8, a JSON object a line (JSON Lines, jsonlines.org):
//
//   {"format":"edgeplane-store","version":1,"edgeplane":"0.1.0","create_time":".."}
//   {"table":"agents","agent_id":"luna1",..}      every row of every table, in order
//   {"end":true,"rows":{"agents":1,..},"sha256":".."}
//
// Bytes are base64, labels an object, missing values null. `sha256` is that of all
// lines before it. The same state gives the same rows, from every database. Secrets are
// in it as the store has them: sealed, or hashed.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "storage/transfer/tables.h"

namespace edgeplane::storage::transfer {

inline constexpr std::string_view kFormatName = "edgeplane-store";
inline constexpr int64_t kFormatVersion = 1;
// A line; longer than any row can be.
inline constexpr size_t kLineBytesMax = size_t{8} * 1024 * 1024;

// All rows of one state of a store.
class Source {
 public:
  virtual ~Source() = default;
  // By key. Ends with the first failure, its own or `take`'s.
  virtual Status Read(const Table& table, const std::function<Status(const Row&)>& take) = 0;
};

// An empty store that takes rows, all of them or none.
class Sink {
 public:
  virtual ~Sink() = default;
  // Tables come in the order of AllTables(), then Counters().
  virtual Status Put(const Table& table, Row row) = 0;
  // From here on they are there, and durable. Without it, nothing is.
  virtual Status Commit() = 0;
};

inline constexpr int64_t kRowsPerProgress = 1000;

// Rows by table.
using Counts = std::map<std::string, int64_t, std::less<>>;

// Told how far it is, every kRowsPerProgress rows and at the end of each table.
using Progress = std::function<void(std::string_view table, int64_t rows)>;

// `write` is given whole lines. Errors are the source's, and what `write` gives.
// INVALID_FIELD, and not a word is written, where there is no row but counters.
Result<Counts> Export(Source& source, Time now,
                      const std::function<Status(std::string_view)>& write,
                      const Progress& progress);

using SinkOpener = std::function<Result<std::unique_ptr<Sink>>()>;

// INVALID_FIELD, with the line and what to do, for a text that is not what Export
// writes, whole and unchanged; the sink is not committed then, and not even opened for
// one that does not begin as it should.
Result<Counts> Import(std::istream& text, const SinkOpener& open, const Progress& progress);

}  // namespace edgeplane::storage::transfer
