// CVE-2023-4785: with gRPC's own listener the last step here waits for ever.
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <vector>

#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/unit/rpc/server_fixture.h"

namespace edgeplane::rpc {
namespace {

constexpr rlim_t kDescriptors = 200;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "failed: " << what << "\n";
  std::_Exit(1);
}

bool IsServing(uint16_t port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
  const auto channel = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port),
                                                 grpc::InsecureChannelCredentials(), arguments);
  grpc::ClientContext context;
  context.set_deadline(Patience());
  grpc::health::v1::HealthCheckResponse response;
  return grpc::health::v1::Health::NewStub(channel)->Check(&context, {}, &response).ok();
}

bool Connect(int fd, uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// An HTTP/2 server begins with its SETTINGS (RFC 9113, 3.4).
bool HearsFrom(int fd) {
  const timeval patience{30, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char first = 0;
  return recv(fd, &first, 1, 0) == 1;
}

template <class Condition>
bool Await(Condition condition) {
  const auto deadline = Patience();
  while (!condition()) {
    if (std::chrono::system_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

[[noreturn]] void RunOutAndRecover() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = kDescriptors;
  Require(setrlimit(RLIMIT_NOFILE, &limit) == 0, "lower the limit");

  auto server = UnimplementedServer::Listening();
  // By hand: a gRPC client in this process would give descriptors back behind
  // our back.
  const int first = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Require(Connect(first, server->port()) && HearsFrom(first), "serve at first");

  const int knocking = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::vector<int> hoard;
  for (int fd = dup(0); fd >= 0; fd = dup(0)) hoard.push_back(fd);
  Require(Connect(knocking, server->port()), "reach the backlog");
  Require(Await([&] { return server->starved(); }), "notice");

  for (const int fd : hoard) close(fd);
  Require(HearsFrom(knocking), "accept the one that waited");
  Require(IsServing(server->port()), "serve again");
  Require(Await([&] { return !server->starved(); }), "notice the end");
  std::_Exit(0);
}

TEST(DescriptorExhaustion, NewConnectionsWorkOnceThereAreDescriptorsAgain) {
  // The statement runs in a process of its own, from its beginning: forking one
  // that has gRPC's threads would not do.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(RunOutAndRecover(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace edgeplane::rpc
