// The body of a registration, which anybody at all may send.
#include <string_view>

#include "base/encoding.h"
#include "gateway/register_text.h"
#include "tests/fuzz/check.h"

namespace {

using namespace edgeplane::gateway;

void CheckRegister(std::string_view text) {
  const auto parsed = ParseRegister(text, {64 * 1024, 32});
  if (const auto* malformed = std::get_if<MalformedMessage>(&parsed)) {
    FUZZ_CHECK(!malformed->why.empty() && edgeplane::IsValidUtf8(malformed->why));
    return;
  }
  const RegisterBody& body = std::get<RegisterBody>(parsed);
  std::string_view digits = body.user_phone;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  FUZZ_CHECK(!digits.empty() && digits.size() <= 15);
  for (const char c : digits) FUZZ_CHECK(c >= '0' && c <= '9');
  FUZZ_CHECK(!body.token.empty() && edgeplane::IsValidUtf8(body.token.Reveal()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  CheckRegister({reinterpret_cast<const char*>(data), size});
  return 0;
}
