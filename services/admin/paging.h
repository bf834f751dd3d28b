// One page of a list, from the store into an answer.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "storage/agent.h"

namespace edgeplane::admin {

// gRPC clients take messages up to 4 MiB unless told otherwise. A thousand
// commands with large payloads are more than that, so a page also ends where it
// would grow beyond this; a page may always be shorter than asked for.
inline constexpr size_t kPageBytesMax = 3 * 1024 * 1024;
// Rows asked of the store in one go: what a page that ends early has read in vain.
inline constexpr size_t kRowsPerRead = 128;

inline size_t PageSizeOf(int asked) { return asked == 0 ? 100 : static_cast<size_t>(asked); }

// Puts up to `size` items from `cursor` on into `out`. `list` is
// Result<storage::Page<Item>>(const storage::PageRequest&), `convert` is
// Result<Proto>(const Item&). `rows_max` is for items that may be larger than most.
// Gives the cursor of the next page, if there is one.
template <class Proto, class List, class Convert>
Result<std::optional<std::string>> FillPage(size_t size, std::optional<std::string> cursor,
                                            List list, Convert convert,
                                            google::protobuf::RepeatedPtrField<Proto>& out,
                                            size_t rows_max = kRowsPerRead) {
  size_t bytes = 0;
  size_t rows = std::min(size, rows_max);
  while (true) {
    auto page = list(storage::PageRequest{rows, cursor});
    if (!page.ok()) return page.error();

    std::vector<Proto> converted;
    size_t converted_bytes = 0;
    bool fits = true;
    for (const auto& item : page->items) {
      Result<Proto> proto = convert(item);
      if (!proto.ok()) return proto.error();
      converted_bytes += proto->ByteSizeLong();
      const bool first = out.empty() && converted.empty();  // given whatever its size
      fits = first || bytes + converted_bytes <= kPageBytesMax;
      if (!fits) break;
      converted.push_back(std::move(*proto));
    }
    if (!fits) {
      // The store's cursor stands behind the rows that do not fit; read again
      // just as many as do, to get the one that stands behind those.
      if (converted.empty()) return cursor;
      rows = converted.size();
      continue;
    }
    for (Proto& proto : converted) out.Add(std::move(proto));
    bytes += converted_bytes;
    cursor = page->next;
    const auto filled = static_cast<size_t>(out.size());
    if (!cursor || filled >= size || bytes >= kPageBytesMax) return cursor;
    rows = std::min(size - filled, rows_max);
  }
}

}  // namespace edgeplane::admin
