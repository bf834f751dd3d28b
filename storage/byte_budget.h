// How much of a list is handed out at once: items go as long as their bytes are
// within the limit, and the first goes whatever its size.
#pragma once

#include <cstddef>

namespace edgeplane::storage {

class ByteBudget {
 public:
  explicit ByteBudget(size_t bytes_max) : bytes_max_(bytes_max) {}

  // Whether the next item, of so many bytes, goes too. After the first that does
  // not, none does.
  bool Take(size_t bytes) {
    bytes_ += bytes;
    const bool taken = is_first_ || bytes_ <= bytes_max_;
    is_first_ = false;
    return taken;
  }

 private:
  const size_t bytes_max_;
  size_t bytes_ = 0;
  bool is_first_ = true;
};

}  // namespace edgeplane::storage
