// What an agent may say, at most. Gateways read it, acknowledge it or leave it
// out; registries check it once more before it is stored. Both go by these: what
// one acknowledges, the other must not turn away.
#pragma once

#include <cstddef>

namespace edgeplane {

// Levels of nesting in any JSON.
inline constexpr size_t kAgentJsonDepthMax = 32;

inline constexpr size_t kEventIdBytesMax = 128;
inline constexpr size_t kEventTypeBytesMax = 128;
inline constexpr size_t kEventThreadBytesMax = 256;
// Of all the texts of one event; of all the events of one sync.
inline constexpr size_t kEventBytesMax = size_t{256} * 1024;
inline constexpr size_t kSyncEventBytesMax = kEventBytesMax;

inline constexpr size_t kAgentStatusBytesMax = size_t{16} * 1024;

inline constexpr size_t kAckErrorBytesMax = size_t{4} * 1024;
inline constexpr size_t kAckResultBytesMax = size_t{64} * 1024;

}  // namespace edgeplane
