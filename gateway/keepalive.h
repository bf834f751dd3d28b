// How a peer is noticed that has vanished without a word: a machine that lost its
// power or its line sends neither FIN nor RST.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>

namespace edgeplane::gateway {

// Agents send a heartbeat every 30 s, and whether one is there has to be right
// within two of them: 50 s of silence on the wire are the end. After 20 s the kernel
// asks, and again every 10 s, up to three times.
inline constexpr std::chrono::seconds kKeepaliveIdle(20);
inline constexpr std::chrono::seconds kKeepaliveInterval(10);
inline constexpr int kKeepaliveProbes = 3;
// The same for a connection with bytes under way, which is not asked but sent them
// again (RFC 5482). With it set Linux goes by it in place of the number of probes,
// and looks at it when the next one is due. The kernel's timers run up to a second
// late, each (measured: the fourth look comes after 52 s), so it has to be over at
// the third: between the second probe, at 31 s, and 41 s.
inline constexpr std::chrono::seconds kUserTimeout(35);

// Never fails as far as anybody could do something about it.
void NoticeVanishedPeer(boost::asio::ip::tcp::socket& socket);

}  // namespace edgeplane::gateway
