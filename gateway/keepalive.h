// How a peer is noticed that has vanished without a word: a machine that lost its
// power or its line sends neither FIN nor RST.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>

namespace edgeplane::gateway {

// Agents send a heartbeat every 30 s. Whether one is there has to be right within
// two of them, so 50 s of silence on the wire are the end: after 20 s the kernel
// asks, three times in 10 s each.
inline constexpr std::chrono::seconds kKeepaliveIdle(20);
inline constexpr std::chrono::seconds kKeepaliveInterval(10);
inline constexpr int kKeepaliveProbes = 3;
// The same for a connection with bytes under way, which is not asked but sent them
// again (RFC 5482). With it set Linux goes by it in place of the number of probes,
// and looks at it with each probe: a little less than the 50 s, so that the probe
// due then ends the connection, and not the one after.
inline constexpr std::chrono::seconds kUserTimeout(45);

// Never fails as far as anybody could do something about it.
void NoticeVanishedPeer(boost::asio::ip::tcp::socket& socket);

}  // namespace edgeplane::gateway
