#include "tests/unit/gateway/support/agent_client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <stdexcept>

#include "tests/unit/gateway/support/scripted_registry.h"

namespace edgeplane::gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

class AgentClient::Impl {
 public:
  // Runs one operation to its end; false when it does not come to one.
  template <class Start>
  bool Complete(Start start) {
    bool done = false;
    start([&](const error_code& ec, size_t bytes = 0) {
      error = ec;
      transferred = bytes;
      done = true;
    });
    io.restart();
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!done && io.run_one_until(until) > 0) {
    }
    if (done) return true;
    // Too late: nothing may be left that refers to this frame.
    error_code ignored;
    socket.next_layer().close(ignored);
    io.restart();
    io.run();
    error = asio::error::timed_out;
    return false;
  }

  asio::io_context io;
  websocket::stream<tcp::socket> socket{io};
  error_code error;
  size_t transferred = 0;
  websocket::response_type response;
};

AgentClient::AgentClient(uint16_t port, bool small_receive_buffer)
    : impl_(std::make_unique<Impl>()) {
  tcp::socket& socket = impl_->socket.next_layer();
  socket.open(tcp::v4());
  if (small_receive_buffer) socket.set_option(asio::socket_base::receive_buffer_size(4096));
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
  impl_->Complete([&](auto done) { socket.async_connect(endpoint, done); });
  if (impl_->error) throw std::runtime_error("connect: " + impl_->error.message());
  socket.set_option(tcp::no_delay(true));
}
AgentClient::~AgentClient() = default;

bool AgentClient::WriteRaw(std::string_view bytes) {
  return impl_->Complete([&](auto done) {
    asio::async_write(impl_->socket.next_layer(), asio::buffer(bytes), done);
  }) && !impl_->error;
}

std::string AgentClient::ReadRaw(size_t size) {
  std::string bytes(size, '\0');
  impl_->Complete(
      [&](auto done) { impl_->socket.next_layer().async_read_some(asio::buffer(bytes), done); });
  bytes.resize(impl_->error ? 0 : impl_->transferred);
  return bytes;
}

std::string AgentClient::ReadRawUntil(std::string_view end) {
  std::string all;
  while (all.find(end) == std::string::npos) {
    const std::string more = ReadRaw(1);
    if (more.empty()) break;
    all += more;
  }
  return all;
}

std::optional<std::string> AgentClient::ReadRawToEnd() {
  std::string all;
  for (;;) {
    const std::string more = ReadRaw();
    if (more.empty()) break;
    all += more;
  }
  if (impl_->error == asio::error::timed_out) return std::nullopt;
  return all;
}

void AgentClient::Vanish() {
  error_code ignored;
  impl_->socket.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
  impl_->socket.next_layer().close(ignored);
}

void AgentClient::ShutDown() {
  error_code ignored;
  impl_->socket.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
}

int AgentClient::Upgrade(const std::string& agent_id, const std::string& bearer) {
  impl_->socket.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
    if (!bearer.empty()) request.set(http::field::authorization, "Bearer " + bearer);
  }));
  impl_->Complete([&](auto done) {
    impl_->socket.async_handshake(impl_->response, "gateway.test",
                                  "/edge/ws?edge_agent_id=" + agent_id, done);
  });
  impl_->socket.set_option(websocket::stream_base::decorator([](websocket::request_type&) {}));
  return static_cast<int>(impl_->response.result_int());
}

std::string AgentClient::header(const std::string& name) const {
  return std::string(impl_->response[name]);
}
const std::string& AgentClient::body() const { return impl_->response.body(); }

bool AgentClient::Send(std::string_view text) {
  return impl_->Complete([&](auto done) { impl_->socket.async_write(asio::buffer(text), done); }) &&
         !impl_->error;
}

bool AgentClient::Ping() {
  return impl_->Complete([&](auto done) { impl_->socket.async_ping({}, done); }) && !impl_->error;
}

std::optional<std::string> AgentClient::Read() {
  beast::flat_buffer buffer;
  impl_->Complete([&](auto done) { impl_->socket.async_read(buffer, done); });
  if (impl_->error) return std::nullopt;
  return beast::buffers_to_string(buffer.data());
}

int AgentClient::ReadClose() {
  while (Read()) {
  }
  if (impl_->error == asio::error::timed_out) return -1;
  return impl_->socket.reason().code;
}

std::string AgentClient::close_reason() const { return impl_->socket.reason().reason.c_str(); }

bool AgentClient::Close(uint16_t code) {
  const auto reason =
      code == 0 ? websocket::close_reason() : websocket::close_reason(websocket::close_code(code));
  return impl_->Complete([&](auto done) { impl_->socket.async_close(reason, done); }) &&
         !impl_->error;
}

std::string UpgradeRequest(const std::string& agent_id, std::string_view more_headers) {
  std::string request = "GET /edge/ws?edge_agent_id=" + agent_id + " HTTP/1.1\r\n";
  request +=
      "Host: gateway.test\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Version: 13\r\n"
      "Authorization: Bearer secret-of-the-agent\r\n";
  request += more_headers;
  return request + "\r\n";
}

std::string ClientFrame(uint8_t first_byte, std::string_view payload,
                        std::optional<uint64_t> length) {
  const uint64_t size = length.value_or(payload.size());
  std::string frame(1, static_cast<char>(first_byte));
  int bytes = 0;
  if (size < 126) {
    frame += static_cast<char>(0x80 | size);
  } else if (size < 65536) {
    frame += static_cast<char>(0x80 | 126);
    bytes = 2;
  } else {
    frame += static_cast<char>(0x80 | 127);
    bytes = 8;
  }
  for (int i = bytes - 1; i >= 0; --i) frame += static_cast<char>(size >> (8 * i) & 0xff);
  frame.append(4, '\0');
  return frame.append(payload);
}

}  // namespace edgeplane::gateway
