#include "storage/postgres/rows.h"

#include <cstdlib>

namespace edgeplane::storage::postgres {

std::string_view Row::View(int column) const {
  return {PQgetvalue(result_, row_, column),
          static_cast<size_t>(PQgetlength(result_, row_, column))};
}

int64_t Row::Number(int column) const {
  // Big-endian, of 1 (boolean), 2, 4 or 8 bytes.
  const std::string_view bytes = View(column);
  if (bytes.empty()) return 0;
  const bool is_negative = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0;
  uint64_t number = is_negative ? ~uint64_t{0} : 0;
  for (const char byte : bytes) number = (number << 8) | static_cast<unsigned char>(byte);
  return static_cast<int64_t>(number);
}

std::optional<Time> Row::OptionalTime(int column) const {
  if (IsNull(column)) return std::nullopt;
  return TimeAt(column);
}

int64_t Rows::changed() const { return std::atoll(PQcmdTuples(result_.get())); }

}  // namespace edgeplane::storage::postgres
