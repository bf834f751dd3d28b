#include "gateway/keepalive.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <filesystem>
#include <string>

#include "tests/unit/gateway/support/agent_client.h"
#include "tests/unit/gateway/support/running_gateway.h"

namespace edgeplane::gateway {
namespace {

uint16_t PortOf(int descriptor, int (*name)(int, sockaddr*, socklen_t*)) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (name(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return address.sin_family == AF_INET ? ntohs(address.sin_port) : 0;
}

// The accepted socket, which is in this process too: -1 where there is none.
int AcceptedSocket(uint16_t listening_port) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int descriptor = std::stoi(entry.path().filename());
    if (PortOf(descriptor, getsockname) == listening_port && PortOf(descriptor, getpeername) != 0) {
      return descriptor;
    }
  }
  return -1;
}

int Option(int descriptor, int level, int name) {
  int value = -1;
  socklen_t size = sizeof(value);
  EXPECT_EQ(getsockopt(descriptor, level, name, &value, &size), 0);
  return value;
}

TEST(Keepalive, EveryAcceptedSocketNoticesAPeerThatVanishes) {
  RunningGateway gateway({}, /*tls=*/true);
  for (const uint16_t port : {gateway.port(), gateway.tls_port()}) {
    AgentClient agent(port);
    ASSERT_TRUE(gateway.AwaitMetric("edgeplane_sockets", 1));
    const int descriptor = AcceptedSocket(port);
    ASSERT_GE(descriptor, 0);
    EXPECT_EQ(Option(descriptor, SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(Option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE), 20);
    EXPECT_EQ(Option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL), 10);
    EXPECT_EQ(Option(descriptor, IPPROTO_TCP, TCP_KEEPCNT), 3);
    EXPECT_EQ(Option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT), 35'000);
    agent.Vanish();
    ASSERT_TRUE(gateway.AwaitMetric("edgeplane_sockets", 0));
  }
}

// Right within two heartbeats of 30 s.
static_assert(kKeepaliveIdle + kKeepaliveProbes * kKeepaliveInterval <= std::chrono::seconds(50));
static_assert(kUserTimeout < kKeepaliveIdle + 2 * kKeepaliveInterval);

}  // namespace
}  // namespace edgeplane::gateway
