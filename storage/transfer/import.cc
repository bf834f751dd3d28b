#include <boost/json/object.hpp>
#include <ios>
#include <optional>
#include <utility>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "storage/transfer/row_json.h"
#include "storage/transfer/transfer.h"

namespace edgeplane::storage::transfer {
namespace {

namespace json = boost::json;

constexpr JsonLimits kLineLimits{kLineBytesMax, 4};

Error Invalid(std::string sentence) {
  return MakeError(v1::ErrorReason::INVALID_FIELD, std::move(sentence));
}

// One reading of a text.
class Reader {
 public:
  Reader(std::istream& text, const SinkOpener& open, const Progress& progress)
      : text_(text), open_(open), progress_(progress), tables_(AllTables()) {
    tables_.push_back(Counters());
  }

  Result<Counts> Run() {
    const Result<int64_t> version = ReadHeader();
    if (!version.ok()) return At(version.error());
    if (*version != kFormatVersion) return OtherVersion(*version);
    Result<std::unique_ptr<Sink>> sink = open_();
    if (!sink.ok()) return NothingImported(sink.error());
    sink_ = *std::move(sink);
    while (true) {
      Result<json::object> object = Next();
      if (!object.ok()) return At(object.error());
      if (object->contains("end")) return Finish(*object);
      if (Status put = PutRow(*object); !put.ok()) return At(put.error());
      Hash();
    }
  }

 private:
  static Error NothingImported(const Error& error) {
    return MakeError(error.code, error.message + " Nothing was imported.");
  }

  // Before the end. A text that is not as it should be is told with its line; the sink's
  // own failures are not its fault.
  Error At(const Error& error) const {
    if (error.code != v1::ErrorReason::INVALID_FIELD) return NothingImported(error);
    return Invalid("Line " + std::to_string(lines_) + ": " + error.message +
                   " Nothing was imported; take a text that `edgeplane store export` has written, "
                   "whole and unchanged.");
  }

  Result<json::object> Next() {
    ++lines_;
    if (Status read = ReadLine(); !read.ok()) return read.error();
    Result<json::value> value = ParseJson(line_, kLineLimits);
    if (!value.ok()) return Invalid("it is no JSON: " + value.error().message);
    if (!value->is_object()) return Invalid("it is no JSON object.");
    return std::move(value->get_object());
  }

  Status ReadLine() {
    line_.clear();
    std::streambuf& buffer = *text_.rdbuf();
    while (true) {
      const int next = buffer.sbumpc();
      if (next == std::char_traits<char>::eof()) {
        return Invalid(lines_ == 1 && line_.empty() ? "the text is empty."
                                                    : "the text ends too early.");
      }
      if (next == '\n') return {};
      if (line_.size() == kLineBytesMax) return Invalid("it is too long.");
      line_ += static_cast<char>(next);
    }
  }

  // Of what has been understood, the trailer apart.
  void Hash() {
    hash_.Update(line_);
    hash_.Update("\n");
  }

  static Error OtherVersion(int64_t version) {
    return Invalid("The text is of format version " + std::to_string(version) +
                   ", and this edgeplane knows version " + std::to_string(kFormatVersion) +
                   ". Nothing was imported; import it with the edgeplane that wrote it.");
  }

  // Gives the version of the format.
  Result<int64_t> ReadHeader() {
    const Result<json::object> header = Next();
    if (!header.ok()) return header.error();
    const auto* format = header->if_contains("format");
    const auto* version = header->if_contains("version");
    if (format == nullptr || !format->is_string() || format->get_string() != kFormatName ||
        version == nullptr || !version->is_int64()) {
      return Invalid("it is not the first line of an edgeplane store.");
    }
    Hash();
    return version->get_int64();
  }

  Status PutRow(const json::object& object) {
    const auto* name = object.if_contains("table");
    if (name == nullptr || !name->is_string()) return Invalid("it names no table.");
    while (at_ < tables_.size() && tables_[at_].name != std::string_view(name->get_string())) {
      EndTable();
    }
    if (at_ == tables_.size()) {
      return Invalid("its table is not known here, or has had its turn.");
    }
    const Table& table = tables_[at_];
    Result<Row> row = RowFromJson(table, object);
    if (!row.ok()) return row.error();
    if (++rows_ % kRowsPerProgress == 0) progress_(table.name, rows_);
    return sink_->Put(table, *std::move(row));
  }

  void EndTable() {
    progress_(tables_[at_].name, rows_);
    counts_[std::string(tables_[at_].name)] = std::exchange(rows_, 0);
    ++at_;
  }

  Result<Counts> Finish(const json::object& trailer) {
    while (at_ < tables_.size()) EndTable();
    if (Status whole = CheckWhole(trailer); !whole.ok()) return At(whole.error());
    if (Status committed = sink_->Commit(); !committed.ok()) return committed.error();
    counts_.erase(std::string(Counters().name));
    return counts_;
  }

  Status CheckWhole(const json::object& trailer) {
    const auto* sha256 = trailer.if_contains("sha256");
    if (sha256 == nullptr || !sha256->is_string() ||
        std::string_view(sha256->get_string()) != HexEncode(hash_.Finish())) {
      return Invalid("the checksum is not that of the lines before it: they were changed.");
    }
    // Without them numbers would be given again.
    if (counts_[std::string(Counters().name)] != kCounterRows)
      return Invalid("counters are missing.");
    const auto* rows = trailer.if_contains("rows");
    if (rows == nullptr || !rows->is_object()) return Invalid("it has no counts.");
    for (const auto& [table, count] : counts_) {
      const auto* said = rows->get_object().if_contains(table);
      if (said == nullptr || !said->is_int64() || said->get_int64() != count) {
        return Invalid("it counts other rows of " + table + " than there are.");
      }
    }
    if (text_.rdbuf()->sgetc() == std::char_traits<char>::eof()) return {};
    ++lines_;
    return Invalid("there is more behind the end.");
  }

  std::istream& text_;
  const SinkOpener& open_;
  std::unique_ptr<Sink> sink_;
  const Progress& progress_;
  std::vector<Table> tables_;
  size_t at_ = 0;     // the present table
  int64_t rows_ = 0;  // of it
  Counts counts_;
  Sha256Hash hash_;
  std::string line_;
  int64_t lines_ = 0;
};

}  // namespace

Result<Counts> Import(std::istream& text, const SinkOpener& open, const Progress& progress) {
  try {
    return Reader(text, open, progress).Run();
  } catch (const std::ios_base::failure&) {
    // What libstdc++ throws where a file cannot be read, a directory for one.
    return Invalid(
        "The text cannot be read to its end: it is no file, or its disk fails. Nothing "
        "was imported.");
  }
}

}  // namespace edgeplane::storage::transfer
