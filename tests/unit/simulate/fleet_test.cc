// Agents against a gateway that does what each test tells it to.
#include "cli/simulate/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <functional>
#include <future>

namespace edgeplane::simulate {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr auto kDeadline = seconds(30);

using Request = http::request<http::string_body>;
using Socket = websocket::stream<tcp::socket>;

// Serves one request, one connection after another, on a thread of its own.
class Gateway {
 public:
  struct Script {
    // What is answered to a request; 101 opens the WebSocket.
    std::function<http::status(const Request&)> answer;
    std::function<void(Socket&)> live = [](Socket&) {};
    std::string body = "{}";
  };

  explicit Gateway(Script script) : script_(std::move(script)) {
    thread_ = std::thread([this] { Serve(); });
  }
  ~Gateway() { Stop(); }
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // What the script has written down may be read after that.
  void Stop() {
    if (!thread_.joinable()) return;
    ending_ = true;
    boost::system::error_code ignored;
    tcp::socket(loop_).connect(acceptor_.local_endpoint(), ignored);  // wakes accept
    thread_.join();
  }

  [[nodiscard]] GatewayAddress address() const {
    return {.tls = false, .host = "127.0.0.1", .port = acceptor_.local_endpoint().port()};
  }

 private:
  void Serve() {
    while (!ending_) {
      error_code ec;
      tcp::socket socket = acceptor_.accept(ec);
      beast::flat_buffer buffer;
      Request request;
      http::read(socket, buffer, request, ec);
      if (ec || ending_) continue;
      const http::status status = script_.answer(request);
      if (status == http::status::switching_protocols) {
        Socket websocket(std::move(socket));
        websocket.accept(request, ec);
        if (!ec) script_.live(websocket);
        continue;
      }
      http::response<http::string_body> response(status, 11, script_.body);
      response.keep_alive(false);
      response.prepare_payload();
      http::write(socket, response, ec);
    }
  }

  Script script_;
  asio::io_context loop_;
  tcp::acceptor acceptor_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

// A fleet of one.
class Lonely {
 public:
  Lonely(const Gateway& gateway, Plan plan)
      : plan_(std::move(plan)),
        target_(Target::Find(gateway.address(), {})),
        journal_(clock_),
        fleet_(plan_, **target_, key_, clock_, journal_) {
    fleet_.Start();
  }
  Fleet& fleet() { return fleet_; }

 private:
  const Plan plan_;
  const Result<std::unique_ptr<const Target>> target_;
  const Secret key_{std::string(32, 'k')};
  const SystemClock clock_;
  Journal journal_;
  Fleet fleet_;
};

// Fulfilled at the n-th call.
class Nth {
 public:
  explicit Nth(int n) : left_(n) {}
  void operator()() {
    if (--left_ == 0) reached_.set_value();
  }
  bool Reached() { return reached_.get_future().wait_for(kDeadline) == std::future_status::ready; }

 private:
  std::atomic<int> left_;
  std::promise<void> reached_;
};

http::status Open(const Request& /*request*/) { return http::status::switching_protocols; }

std::string ReadText(Socket& socket) {
  beast::flat_buffer buffer;
  error_code ec;
  socket.read(buffer, ec);
  return ec ? "" : beast::buffers_to_string(buffer.data());
}

TEST(Fleet, KillsAConnectionWithoutAPongAndComesBack) {
  Nth opened(2);
  std::string first;
  const Gateway gateway({.answer = Open, .live = [&](Socket& socket) {
                           opened();
                           std::string text = ReadText(socket);
                           if (first.empty()) first = text;
                           while (!text.empty()) text = ReadText(socket);  // until it goes
                         }});
  Lonely agent(gateway, {.agents = 1,
                         .status_every = Duration::zero(),
                         .ping_interval = milliseconds(50),
                         .pong_timeout = milliseconds(100)});
  ASSERT_TRUE(opened.Reached());
  EXPECT_EQ(first, R"({"type":"ping"})");
  EXPECT_THAT(agent.fleet().Look().closes, ElementsAre(Pair("no pong", testing::Ge(1))));
}

TEST(Fleet, AnswersCloses) {
  Nth opened(3);
  int lives = 0;
  const Gateway gateway({.answer = Open, .live = [&](Socket& socket) {
                           opened();
                           if (++lives > 2) return;
                           error_code ec;
                           socket.close(
                               {static_cast<websocket::close_code>(lives == 1 ? 1012 : 4009)}, ec);
                         }});
  Lonely agent(gateway, {.agents = 1});
  ASSERT_TRUE(opened.Reached());
  const Tally& tally = agent.fleet().Look();
  EXPECT_EQ(tally.closes.at("1012"), 1);
  EXPECT_EQ(tally.closes.at("4009"), 1);
  EXPECT_TRUE(tally.errors.empty());
}

TEST(Fleet, PollsWhenThreeOpensInARowWereRefused) {
  Nth synced(1);
  std::vector<std::string> requests;
  std::string body;
  Gateway gateway({.answer =
                       [&](const Request& request) {
                         if (websocket::is_upgrade(request)) {
                           requests.emplace_back("upgrade");
                           return http::status::service_unavailable;
                         }
                         requests.emplace_back(request.target());
                         body = request.body();
                         synced();
                         return http::status::ok;
                       },
                   .body = R"({"commands":[],"ack_events":[]})"});
  Lonely agent(gateway, {.agents = 1});
  ASSERT_TRUE(synced.Reached());
  agent.fleet().Leave();
  gateway.Stop();
  EXPECT_THAT(std::vector(requests.begin(), requests.begin() + 4),
              ElementsAre("upgrade", "upgrade", "upgrade", "/edge/sync"));
  EXPECT_THAT(body, HasSubstr(R"("edge_agent_id":"sim-0001","last_command_id":null)"));
  EXPECT_GE(agent.fleet().Look().refusals.at("503"), 3);
}

TEST(Fleet, DoesNotSpinOnAConfigurationThatComesAgainAndAgain) {
  Nth synced(11);
  const Gateway gateway({.answer =
                             [&](const Request&) {
                               synced();
                               return http::status::ok;
                             },
                         .body = R"({"commands":[],"ack_events":[],"config_updates":{}})"});
  Lonely agent(gateway, {.agents = 1, .polling_percent = 100});
  ASSERT_TRUE(synced.Reached());
  agent.fleet().Leave();
  EXPECT_LE(agent.fleet().Look().syncs, 11);
}

TEST(Fleet, LeavesThoughNobodyAnswers) {
  Nth asked(1);
  std::promise<void> over;
  const Gateway gateway({.answer = [&](const Request&) {
    asked();
    over.get_future().wait_for(kDeadline);
    return http::status::bad_request;
  }});
  Lonely agent(gateway, {.agents = 1});
  ASSERT_TRUE(asked.Reached());
  agent.fleet().Leave();
  EXPECT_EQ(agent.fleet().Look().opens, 0);
  over.set_value();
}

}  // namespace
}  // namespace edgeplane::simulate
