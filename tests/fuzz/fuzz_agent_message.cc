// What an admitted agent says, and the JSON under it: parse(serialize(x)) == x.
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "base/json.h"
#include "gateway/agent_message.h"
#include "tests/fuzz/agent_data_check.h"
#include "tests/fuzz/check.h"

namespace {

using namespace edgeplane;
using namespace edgeplane::gateway;

constexpr JsonLimits kLimits{64 * 1024, 32};
// The same value written out may be longer: \u0001 for one byte.
constexpr JsonLimits kAgainLimits{1024 * 1024, 32};

void CheckMessage(std::string_view text) {
  const AgentMessage message = ParseAgentMessage(text, kLimits);
  if (const auto* ack = std::get_if<AckMessage>(&message)) {
    CheckAck(*ack);
  } else if (const auto* event = std::get_if<EventMessage>(&message)) {
    CheckEvent(event->event, event->id_json);
  } else if (const auto* status = std::get_if<StatusMessage>(&message)) {
    CheckStatus(status->status_json);
  } else if (const auto* unknown = std::get_if<UnknownMessage>(&message)) {
    FUZZ_CHECK(unknown->type.size() <= 64);
    for (const char c : unknown->type) FUZZ_CHECK(c >= 0x20 && c <= 0x7e);
  } else if (const auto* malformed = std::get_if<MalformedMessage>(&message)) {
    FUZZ_CHECK(!malformed->why.empty() && IsValidUtf8(malformed->why));
  }
}

void CheckJson(std::string_view text) {
  const Result<boost::json::value> value = ParseJson(text, kLimits);
  if (!value) return;
  const std::string canonical = CanonicalJson(*value);
  const Result<boost::json::value> again = ParseJson(canonical, kAgainLimits);
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(*again == *value);
  FUZZ_CHECK(CanonicalJson(*again) == canonical);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckMessage(text);
  CheckJson(text);
  return 0;
}
