// The paths agents and operators may ask for over HTTP. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace edgeplane::gateway {

enum class HttpPath : uint8_t {
  kWebSocket,
  kHealth,
  kRegister,
  kSync,
  kCommandAck,
  kAckCommand,
  kAgent,
  kOther  // there is no such path
};
inline constexpr size_t kHttpPaths = 8;

// Where the agent's id begins in the path kAgent.
inline constexpr std::string_view kAgentPrefix = "/edge/agents/";

// `path` percent-decoded, without the query.
HttpPath PathOf(std::string_view path);
// As in metrics: "/edge/sync", "/edge/agents/ID", "other".
std::string_view PathLabel(HttpPath path);
// The one method it takes, as in Allow (RFC 9110, 10.2.1).
std::string_view MethodOf(HttpPath path);

}  // namespace edgeplane::gateway
