#include "base/metrics_server.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <list>
#include <thread>
#include <utility>

#include "base/endpoint.h"
#include "base/log.h"
#include "base/metrics_pages.h"

namespace edgeplane {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using net::ip::tcp;
using NetError = boost::system::error_code;

constexpr size_t kConnectionsMax = 64;
constexpr uint32_t kHeadBytesMax = 8 * 1024;
constexpr size_t kReadBytes = 4 * 1024;
constexpr size_t kDiscardedMax = 64 * 1024;
// From a request's first byte to the last of its answer.
constexpr auto kRequestTime = std::chrono::seconds(5);
// Between requests: longer than the usual scrape interval of 15 s to 60 s.
constexpr auto kIdleTime = std::chrono::seconds(90);
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

using Request = http::request_parser<http::empty_body>;
using Response = http::response<http::string_body>;

Response ToResponse(MetricsPage page) {
  Response response(static_cast<http::status>(page.status), 11);
  response.set(http::field::content_type, page.content_type);
  response.set(http::field::cache_control, "no-store");
  if (page.status == 405) response.set(http::field::allow, "GET, HEAD");
  response.body() = std::move(page.body);
  return response;
}

struct Connection {
  explicit Connection(tcp::socket socket) : stream(std::move(socket)) {}
  beast::tcp_stream stream;
  beast::flat_buffer buffer{kHeadBytesMax + kReadBytes};
  bool evicted = false;
};
using Connections = std::list<Connection>;

}  // namespace

class MetricsServer::Impl {
 public:
  Impl(MetricsRegistry& metrics, NotReady not_ready) : pages_(metrics, std::move(not_ready)) {}
  ~Impl() { Stop(); }

  Result<std::string> Start(const std::string& address) {
    if (thread_.joinable()) {
      return MakeError(v1::ErrorReason::INTERNAL, "The metrics listener runs already.");
    }
    Result<Endpoint> endpoint = ParseEndpoint(address);
    if (!endpoint) return endpoint.error();
    NetError error;
    Listen(tcp::endpoint(net::ip::make_address(endpoint->host), endpoint->port), error);
    if (error) {
      acceptor_.close();
      return CannotListen(address, error.message());
    }
    const tcp::endpoint local = acceptor_.local_endpoint();
    net::co_spawn(context_, AcceptAll(), [](std::exception_ptr failure) { Report(failure); });
    thread_ = std::thread([this] { Run(); });
    return FormatEndpoint(local.address().to_string(), local.port());
  }

  void Stop() {
    if (!thread_.joinable()) return;
    net::post(context_, [this] { CloseAll(); });
    thread_.join();
  }

 private:
  void Listen(const tcp::endpoint& endpoint, NetError& error) {
    acceptor_.open(endpoint.protocol(), error);
    if (error) return;
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (error) return;
    acceptor_.bind(endpoint, error);
    if (error) return;
    acceptor_.listen(net::socket_base::max_listen_connections, error);
  }

  void Run() {
    pthread_setname_np(pthread_self(), "metrics");
    context_.run();
  }

  // The event loop's own calls throw only when memory is gone.
  static void Report(std::exception_ptr failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      LogError("metrics connection failed", {{"error", error.what()}});
    }
  }

  void CloseAll() {
    stopping_ = true;
    acceptor_.close();
    pause_.cancel();
    for (Connection& connection : open_) connection.stream.close();
  }

  net::awaitable<void> AcceptAll() {
    while (!stopping_) {
      NetError error;
      tcp::socket socket =
          co_await acceptor_.async_accept(net::redirect_error(net::use_awaitable, error));
      if (stopping_) co_return;
      if (!error) {
        accept_fails_ = false;
        Admit(std::move(socket));
        continue;
      }
      // Out of file descriptors, usually: the connection stays in the backlog, so
      // to try again at once would be to spin.
      if (!std::exchange(accept_fails_, true)) {
        LogWarning("metrics listener cannot accept, trying on", {{"error", error.message()}});
      }
      pause_.expires_after(kAcceptPause);
      co_await pause_.async_wait(net::redirect_error(net::use_awaitable, error));
    }
  }

  void Admit(tcp::socket socket) {
    // A newcomer takes the place of whoever has kept quiet longest, so those who
    // say half a sentence cannot keep a scraper out.
    if (open_.size() >= kConnectionsMax) {
      Connection& quietest = open_.front();
      quietest.evicted = true;
      quietest.stream.close();
      evicted_.splice(evicted_.end(), open_, open_.begin());
    }
    const auto connection = open_.emplace(open_.end(), std::move(socket));
    net::co_spawn(context_, Serve(connection), [this, connection](std::exception_ptr failure) {
      (connection->evicted ? evicted_ : open_).erase(connection);
      Report(failure);
    });
  }

  net::awaitable<void> Serve(Connections::iterator connection) {
    bool goes_on = true;
    std::chrono::seconds patience = kRequestTime;
    while (goes_on && !stopping_) {
      Request request;
      request.header_limit(kHeadBytesMax);
      NetError error;
      const bool begun = co_await AwaitFirstByte(*connection, patience);
      if (!begun || connection->evicted) co_return;
      co_await http::async_read_header(connection->stream, connection->buffer, request,
                                       net::redirect_error(net::use_awaitable, error));
      if (error && !IsRequestError(error)) co_return;
      if (connection->evicted) co_return;
      open_.splice(open_.end(), open_, connection);

      Response response = error ? Refuse(error) : Route(request.get());
      // What follows a head that is wrong, or is a body, is not the next request.
      goes_on = !error && request.is_done() && request.get().keep_alive();
      // HTTP/1.0 has to be told that the connection stays (RFC 9112, 9.3).
      if (!error) response.version(request.get().version());
      response.keep_alive(goes_on);
      response.prepare_payload();
      const bool head_only = !error && request.get().method() == http::verb::head;
      const bool written = co_await Write(*connection, response, head_only);
      goes_on = goes_on && written;
      patience = kIdleTime;
    }
    co_await CloseGently(*connection);
  }

  // To close a socket that still has something to read resets the connection,
  // and the peer may then never see its answer (RFC 9112, 9.6).
  static net::awaitable<void> CloseGently(Connection& connection) {
    NetError error;
    connection.stream.socket().shutdown(tcp::socket::shutdown_send, error);
    for (size_t left = kDiscardedMax; !error && left > 0;) {
      connection.buffer.clear();
      left -= std::min(left, co_await connection.stream.async_read_some(
                                 connection.buffer.prepare(kReadBytes),
                                 net::redirect_error(net::use_awaitable, error)));
    }
  }

  // Waits as long as `patience`; from then on the request has kRequestTime.
  static net::awaitable<bool> AwaitFirstByte(Connection& connection,
                                             std::chrono::seconds patience) {
    connection.stream.expires_after(patience);
    if (connection.buffer.size() == 0) {
      NetError error;
      const size_t count = co_await connection.stream.async_read_some(
          connection.buffer.prepare(kReadBytes), net::redirect_error(net::use_awaitable, error));
      if (error) co_return false;
      connection.buffer.commit(count);
    }
    connection.stream.expires_after(kRequestTime);
    co_return true;
  }

  static net::awaitable<bool> Write(Connection& connection, Response& response, bool head_only) {
    http::response_serializer<http::string_body> serializer(response);
    NetError error;
    if (head_only) {
      co_await http::async_write_header(connection.stream, serializer,
                                        net::redirect_error(net::use_awaitable, error));
    } else {
      co_await http::async_write(connection.stream, serializer,
                                 net::redirect_error(net::use_awaitable, error));
    }
    co_return !error;
  }

  // Whether the peer sent something that is not HTTP; otherwise it went away or
  // took too long, and there is nobody to answer.
  static bool IsRequestError(const NetError& error) {
    return error.category() == http::make_error_code(http::error::bad_method).category() &&
           error != http::error::end_of_stream && error != http::error::partial_message;
  }

  static Response Refuse(const NetError& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return ToResponse({431, "The request's head is larger than 8 KiB.\n"});
    }
    return ToResponse({400, "This is not an HTTP/1.1 request.\n"});
  }

  Response Route(const http::request<http::empty_body>& request) {
    const bool is_read =
        request.method() == http::verb::get || request.method() == http::verb::head;
    return ToResponse(pages_.Answer(is_read, request.target()));
  }

  const MetricsPages pages_;
  net::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  net::steady_timer pause_{context_};
  // Least recently active first; those evicted are about to end.
  Connections open_;
  Connections evicted_;
  bool stopping_ = false;
  bool accept_fails_ = false;
  std::thread thread_;
};

MetricsServer::MetricsServer(MetricsRegistry& metrics, NotReady not_ready)
    : impl_(std::make_unique<Impl>(metrics, std::move(not_ready))) {}
MetricsServer::~MetricsServer() = default;

Result<std::string> MetricsServer::Start(const std::string& address) {
  return impl_->Start(address);
}
void MetricsServer::Stop() { impl_->Stop(); }

}  // namespace edgeplane
