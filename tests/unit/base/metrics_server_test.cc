#include "base/metrics_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <list>
#include <mutex>

#include "base/endpoint.h"

namespace edgeplane {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// A plain blocking client; a read gives up after 20 s, so that a defect fails
// the test instead of hanging it.
class Client {
 public:
  explicit Client(const std::string& address) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const Result<Endpoint> endpoint = ParseEndpoint(address);
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(endpoint->port);
    inet_pton(AF_INET, endpoint->host.c_str(), &peer.sin_addr);
    timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&peer), sizeof peer), 0);
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Send(std::string_view text) {
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  // Until `end` was seen, or the peer closed.
  std::string ReadUntil(std::string_view end) {
    std::string text;
    char c = 0;
    while (!text.ends_with(end) && ::recv(fd_, &c, 1, 0) == 1) text += c;
    return text;
  }
  std::string ReadAll() {
    std::string text;
    char buffer[4096];
    ssize_t count = 0;
    while ((count = ::recv(fd_, buffer, sizeof buffer, 0)) > 0) {
      text.append(buffer, static_cast<size_t>(count));
    }
    return text;
  }

 private:
  const int fd_;
};

class MetricsServerTest : public testing::Test {
 protected:
  void SetUp() override {
    const Result<std::string> started = server_.Start("127.0.0.1:0");
    ASSERT_TRUE(started.ok()) << started.error().message;
    address_ = *started;
  }
  std::string Ask(const std::string& request_line) const {
    Client client(address_);
    client.Send(request_line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return client.ReadAll();
  }

  MetricsRegistry metrics_;
  std::mutex mutex_;
  std::vector<std::string> reasons_;
  MetricsServer server_{metrics_, [this] {
                          std::lock_guard lock(mutex_);
                          return reasons_;
                        }};
  std::string address_;
};

TEST_F(MetricsServerTest, GivesTheAddressInForce) {
  const Result<Endpoint> endpoint = ParseEndpoint(address_);
  ASSERT_TRUE(endpoint.ok());
  EXPECT_EQ(endpoint->host, "127.0.0.1");
  EXPECT_NE(endpoint->port, 0);
}

TEST_F(MetricsServerTest, ServesMetrics) {
  metrics_.AddCounter("taken_total", "Taken.").Increment(5);
  const std::string answer = Ask("GET /metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4\r\n"));
  EXPECT_THAT(answer, HasSubstr("\nedgeplane_taken_total 5\n"));
  EXPECT_THAT(Ask("GET /metrics?name=x"), HasSubstr("edgeplane_taken_total"));
}

TEST_F(MetricsServerTest, ServesHealth) {
  const std::string answer = Ask("GET /healthz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nok\n"));
}

TEST_F(MetricsServerTest, ServesReadiness) {
  EXPECT_THAT(Ask("GET /readyz"), EndsWith("\r\n\r\nready\n"));
  {
    std::lock_guard lock(mutex_);
    reasons_ = {"the store does not answer", "two\nlines"};
  }
  const std::string answer = Ask("GET /readyz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nthe store does not answer\ntwo\\nlines\n"));
}

TEST_F(MetricsServerTest, HeadHasTheHeadOnly) {
  const std::string answer = Ask("HEAD /healthz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(MetricsServerTest, RefusesTheRest) {
  EXPECT_THAT(Ask("GET /"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Ask("POST /nothing"), StartsWith("HTTP/1.1 404 "));
  const std::string post = Ask("POST /metrics");
  EXPECT_THAT(post, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(post, HasSubstr("Allow: GET, HEAD\r\n"));
}

TEST_F(MetricsServerTest, AnswersWhatIsNotHttpAndCloses) {
  Client client(address_);
  client.Send("\x16\x03\x01 this is not HTTP\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 400 "));
}

TEST_F(MetricsServerTest, LimitsTheHead) {
  Client client(address_);
  client.Send("GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(MetricsServerTest, KeepsConnectionsForTheNextScrape) {
  Client client(address_);
  for (int i = 0; i < 3; ++i) {
    client.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.ReadUntil("\r\n\r\nok\n"), StartsWith("HTTP/1.1 200 OK\r\n")) << i;
  }
  // Two at once, and one in two pieces.
  client.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHo");
  EXPECT_THAT(client.ReadUntil("\r\n\r\nok\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
  client.Send("st: x\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("\r\n\r\nready\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(MetricsServerTest, KeepsAnOldClientOnlyIfItAsks) {
  Client old(address_);
  old.Send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.ReadAll(), EndsWith("\r\n\r\nok\n"));
  Client asking(address_);
  asking.Send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(asking.ReadUntil("ok\n"), HasSubstr("Connection: keep-alive\r\n"));
}

TEST_F(MetricsServerTest, ABodyIsNotTheNextRequest) {
  Client client(address_);
  client.Send(
      "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 36\r\n\r\n"
      "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n\r\n");
  const std::string answer = client.ReadAll();
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nok\n"));
}

TEST_F(MetricsServerTest, StalledConnectionsHoldUpNobody) {
  std::list<Client> stalled;
  for (int i = 0; i < 70; ++i) stalled.emplace_back(address_).Send("GET /metrics HT");
  EXPECT_THAT(Ask("GET /metrics"), HasSubstr("edgeplane_build_info"));
  EXPECT_THAT(Ask("GET /healthz"), EndsWith("ok\n"));
  // The first ones had to go; the last ones may still finish their sentence.
  EXPECT_EQ(stalled.front().ReadAll(), "");
  stalled.back().Send("TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(stalled.back().ReadAll(), HasSubstr("edgeplane_build_info"));
}

TEST_F(MetricsServerTest, GivesUpOnHalfARequest) {
  Client client(address_);
  client.Send("GET /met");
  // Ends by the server's limit of 5 s, not by the client's of 20 s.
  errno = 0;
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_NE(errno, EAGAIN);
}

TEST_F(MetricsServerTest, AcceptsAgainAfterRunningOutOfFiles) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  Client client(address_);
  client.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("ok\n"), EndsWith("ok\n"));
  const int free_fd = ::dup(0);
  ::close(free_fd);
  rlimit none_left = limit;
  none_left.rlim_cur = static_cast<rlim_t>(free_fd) + 1;  // one: the waiting client's own
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_left), 0);
  Client waiting(address_);
  waiting.Send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  // The connection that is there goes on being served meanwhile.
  client.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("ok\n"), EndsWith("ok\n"));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_THAT(waiting.ReadAll(), EndsWith("ok\n"));
}

TEST_F(MetricsServerTest, StopEndsConnectionsAndIsIdempotent) {
  Client idle(address_);
  idle.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(idle.ReadUntil("ok\n"), EndsWith("ok\n"));
  Client half(address_);
  half.Send("GET /");
  server_.Stop();
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_EQ(half.ReadAll(), "");
  server_.Stop();
}

TEST_F(MetricsServerTest, SaysWhyItCannotListen) {
  MetricsServer second(metrics_, [] { return std::vector<std::string>(); });
  const Result<std::string> taken = second.Start(address_);
  ASSERT_FALSE(taken.ok());
  EXPECT_THAT(taken.error().message, HasSubstr(address_));
  EXPECT_FALSE(second.Start("nowhere").ok());
  EXPECT_TRUE(second.Start("127.0.0.1:0").ok());
  EXPECT_FALSE(second.Start("127.0.0.1:0").ok());
}

}  // namespace
}  // namespace edgeplane
