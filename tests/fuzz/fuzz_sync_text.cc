// The body of a polling agent's exchange, which is read before anybody knows who
// sent it, and the answer made of it.
#include <string>
#include <string_view>

#include "gateway/sync_text.h"
#include "tests/fuzz/agent_data_check.h"

namespace {

using namespace edgeplane;
using namespace edgeplane::gateway;

void CheckSync(std::string_view text) {
  auto parsed = ParseSync(text, {64 * 1024, 32});
  if (const auto* malformed = std::get_if<MalformedMessage>(&parsed)) {
    FUZZ_CHECK(!malformed->why.empty() && IsValidUtf8(malformed->why));
    return;
  }
  const SyncBody& body = std::get<SyncBody>(parsed);
  FUZZ_CHECK(IsValidUtf8(body.agent_id));
  const v1::SyncRequest& request = body.request;
  FUZZ_CHECK(request.last_command_id().empty() || IsUuid(request.last_command_id()));
  FUZZ_CHECK(static_cast<size_t>(request.events_size()) == body.event_ids.size());
  FUZZ_CHECK(body.event_ids.size() <= kSyncEventsMax);
  for (int i = 0; i < request.events_size(); ++i) {
    CheckEvent(request.events(i), body.event_ids[static_cast<size_t>(i)]);
  }
  CheckStatus(request.status_json());
  FUZZ_CHECK(body.has_status == !request.status_json().empty());
  FUZZ_CHECK((body.malformed == 0) == body.why.empty());
  FUZZ_CHECK(request.SerializeAsString().size() < 1024 * 1024);

  const auto answer = ParseJson(SyncText({}, body.event_ids), {1024 * 1024, 32});
  FUZZ_CHECK(answer.ok());
  FUZZ_CHECK(answer->at("ack_events").as_array().size() == body.event_ids.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  CheckSync({reinterpret_cast<const char*>(data), size});
  return 0;
}
