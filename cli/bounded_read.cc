#include "cli/bounded_read.h"

#include "base/secret.h"

namespace edgeplane::cli {

Result<std::string> ReadBounded(std::istream& in, size_t bytes_max) {
  // Its full size at once: what is read may be a secret, and growing would
  // leave pieces of it in freed memory.
  std::string text(bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  const auto size = static_cast<size_t>(in.gcount());
  if (in.bad() || size > bytes_max) {
    Wipe(text);
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     size > bytes_max
                         ? "standard input holds more than " + std::to_string(bytes_max) + " bytes"
                         : "standard input cannot be read");
  }
  text.resize(size);
  return text;
}

}  // namespace edgeplane::cli
