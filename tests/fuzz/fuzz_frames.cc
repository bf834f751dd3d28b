// A whole session over a socket, fed with frames of the fuzzer's making: it must
// come to its end cleanly, whatever it hears and whenever the registry speaks.
#include <fcntl.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"
#include "gateway/request_head.h"
#include "gateway/session.h"
#include "tests/fuzz/check.h"

namespace {

using namespace edgeplane;
using namespace edgeplane::gateway;

// Far above what a session needs, whose deadlines are all shorter.
constexpr std::chrono::seconds kHang(15);

// What lasts from one input to the next.
struct Surroundings {
  Surroundings() {
    signal(SIGPIPE, SIG_IGN);
    ConfigureLog(LogLevel::kError, LogFormat::kText);
    settings.max_message_bytes = 1024;
    settings.messages_per_minute = 50;
    settings.max_outgoing_messages = 4;
    settings.close_timeout = std::chrono::seconds(2);
    settings.session_idle_timeout = std::chrono::seconds(2);
  }
  GatewaySettings settings;
  SystemClock clock;
  MetricsRegistry registry;
  GatewayMetrics metrics{registry};
  // Never connected to.
  std::shared_ptr<grpc::Channel> channel =
      grpc::CreateChannel("unix:/nowhere", grpc::InsecureChannelCredentials());
};

HttpRequest Request() {
  using boost::beast::http::field;
  HttpRequest request(boost::beast::http::verb::get, "/edge/ws", 11);
  request.set(field::host, "gateway.test");
  request.set(field::upgrade, "websocket");
  request.set(field::connection, "Upgrade");
  request.set(field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  request.set(field::sec_websocket_version, "13");
  return request;
}

// The agent's end of the connection.
class Agent {
 public:
  explicit Agent(int descriptor) : descriptor_(descriptor) {}
  ~Agent() { close(descriptor_); }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  void Write(std::string_view bytes) {
    (void)!send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  void ShutDown() { shutdown(descriptor_, SHUT_WR); }
  void ReadAll() {
    char bytes[4096];
    while (recv(descriptor_, bytes, sizeof(bytes), MSG_DONTWAIT) > 0) {
    }
  }

 private:
  const int descriptor_;
};

// The first two bytes say in what pieces the rest comes, and before which of
// them the registry speaks (all it may say, then that it is over); each 0 for
// never.
void RunSession(uint8_t piece_bytes, uint8_t registry_at, std::string_view frames) {
  static Surroundings around;
  int ends[2];
  FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  Agent agent(ends[1]);
  asio::io_context context{1};
  tcp::socket transport(context);
  transport.assign(tcp::v4(), ends[0]);
  ByteStream stream(std::move(transport), nullptr, around.settings.close_timeout);
  RegistryClient registry("fuzzed", {[] { return around.channel; }}, around.clock, around.metrics);

  WebSocket socket(stream);
  socket.auto_fragment(false);
  socket.read_message_max(static_cast<size_t>(around.settings.max_message_bytes));
  const HttpRequest request = Request();
  bool accepted = false;
  socket.async_accept(request, [&](error_code ec) { accepted = !ec; });
  context.run();
  FUZZ_CHECK(accepted);
  agent.ReadAll();

  const Session::Context session_context{around.settings, around.clock, around.metrics, registry};
  const auto session = std::make_shared<Session>(
      session_context, SessionKey{"luna1", "session-1", 1}, socket, stream);
  registry.SessionOpened({"luna1", "session-1", 1}, session);
  bool over = false;
  asio::co_spawn(context, session->Run(), [&](std::exception_ptr failure) {
    FUZZ_CHECK(failure == nullptr);
    over = true;
  });
  context.restart();
  context.poll();

  v1::Deliver command;
  command.set_command_id("0191f6a2-7c4b-7000-8000-0123456789ab");
  command.set_payload_json("{}");
  v1::DeliverConfig config;
  config.set_version(1);
  config.set_config_json("{}");
  const size_t piece = piece_bytes == 0 ? frames.size() : piece_bytes;
  for (int number = 1; !frames.empty(); ++number) {
    if (number == registry_at % 16) {
      session->OnDeliver(command);
      session->OnConfig(config);
      session->OnEventStored("17");
    }
    if (number == registry_at / 16) session->OnEnd(v1::OPERATOR_DISCONNECTED);
    agent.Write(frames.substr(0, piece));
    frames.remove_prefix(std::min(piece, frames.size()));
    context.restart();
    context.poll();
    agent.ReadAll();
  }
  agent.ShutDown();
  const auto until = std::chrono::steady_clock::now() + kHang;
  context.restart();
  while (!over && context.run_one_until(until) > 0) agent.ReadAll();
  FUZZ_CHECK(over);
  FUZZ_CHECK(session->end_reason() != v1::DISCONNECT_UNSPECIFIED);
  FUZZ_CHECK(!stream.is_open());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  RunSession(data[0], data[1], {reinterpret_cast<const char*>(data) + 2, size - 2});
  return 0;
}
