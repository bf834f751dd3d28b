#include "gateway/http_path.h"

namespace edgeplane::gateway {

namespace {

struct Known {
  std::string_view name;
  std::string_view method;
};
// By HttpPath.
constexpr std::array<Known, kHttpPaths> kKnown = {{{"/edge/ws", "GET"},
                                                   {"/health", "GET"},
                                                   {"/edge/register", "POST"},
                                                   {"/edge/sync", "POST"},
                                                   {"/edge/command/ack", "POST"},
                                                   {"/edge/ack_command", "POST"},
                                                   {"/edge/agents/ID", "GET"},
                                                   {"other", "GET"}}};

}  // namespace

HttpPath PathOf(std::string_view path) {
  if (path.size() > kAgentPrefix.size() && path.starts_with(kAgentPrefix)) return HttpPath::kAgent;
  for (size_t i = 0; i < kKnown.size(); ++i) {
    const auto known = static_cast<HttpPath>(i);
    if (known == HttpPath::kAgent || known == HttpPath::kOther) continue;
    if (path == kKnown[i].name) return known;
  }
  return HttpPath::kOther;
}

std::string_view PathLabel(HttpPath path) { return kKnown[static_cast<size_t>(path)].name; }
std::string_view MethodOf(HttpPath path) { return kKnown[static_cast<size_t>(path)].method; }

}  // namespace edgeplane::gateway
