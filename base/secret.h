// A string that must not be seen: wiped when it goes, compared in constant
// time, and impossible to print by accident (no operator<<, no conversion).
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace edgeplane {

// Overwrites memory in a way the compiler keeps.
void Wipe(void* data, size_t size);
inline void Wipe(std::string& text) {
  Wipe(text.data(), text.size());
  text.clear();
}

// Takes the same time whatever the contents; the lengths are not hidden.
bool ConstantTimeEquals(std::string_view a, std::string_view b);

// Move-only owner of secret bytes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
  static Secret CopyOf(std::string_view bytes) { return Secret(std::string(bytes)); }
  ~Secret() { Wipe(bytes_); }

  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { Wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      Wipe(bytes_);
      bytes_ = other.bytes_;
      Wipe(other.bytes_);
    }
    return *this;
  }

  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  // The bytes themselves, for the one who really needs them.
  [[nodiscard]] std::string_view Reveal() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace edgeplane
