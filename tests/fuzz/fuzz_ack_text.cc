// The body of a polling agent's acknowledgement.
#include <string_view>

#include "gateway/ack_text.h"
#include "tests/fuzz/agent_data_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace edgeplane::gateway;
  const auto parsed = ParseAckBody({reinterpret_cast<const char*>(data), size}, {64 * 1024, 32});
  if (const auto* ack = std::get_if<AckMessage>(&parsed)) {
    CheckAck(*ack);
  } else {
    FUZZ_CHECK(!std::get<MalformedMessage>(parsed).why.empty());
  }
  return 0;
}
