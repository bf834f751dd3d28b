#include "gateway/connection.h"

#include <boost/beast/http/verb.hpp>

#include "gateway/into.h"
#include "gateway/session.h"

namespace edgeplane::gateway {

namespace {

namespace http = boost::beast::http;

constexpr size_t kReadChunk = 4096;

HeadLimits LimitsOf(const GatewaySettings& settings) {
  return {static_cast<size_t>(settings.max_url_bytes),
          static_cast<size_t>(settings.max_header_bytes)};
}

}  // namespace

Connection::Connection(const GatewayContext& context, tcp::socket socket, SslPtr ssl,
                       ConnectionPlace place, Peer peer)
    : context_(context),
      place_(std::move(place)),
      peer_(std::move(peer)),
      stream_(std::move(socket), std::move(ssl), context.settings.close_timeout),
      self_(std::make_shared<Connection*>(this)),
      drain_timer_(stream_.get_executor()) {}

Connection::~Connection() { *self_ = nullptr; }

asio::awaitable<void> Connection::Run() {
  // One deadline from accept to a complete head, TLS included.
  stream_.SetDeadline(context_.settings.request_head_timeout);
  if (!co_await Handshake()) co_return stream_.Close();
  bool first = true;
  for (;;) {
    path_ = HttpPath::kOther;
    answered_ = {};
    std::optional<HttpRequest> request = co_await ReadHead(first);
    if (!request) break;
    stream_.ClearDeadline();
    const bool another = co_await Serve(*std::move(request));
    if (!another) break;
    if (context_.draining) {
      // Drain has set a deadline that must not be put off. What was answered has to
      // arrive, even if the next request is there already.
      error_code ignored;
      co_await stream_.async_finish(Into(ignored));
      break;
    }
    first = false;
    // Idle it may be for long; a head that has begun has the time a head has.
    stream_.SetDeadline(buffer_.empty() ? context_.settings.keep_alive_timeout
                                        : context_.settings.request_head_timeout);
  }
  stream_.Close();
}

void Connection::Drain(std::chrono::steady_clock::duration delay) {
  if (session_ == nullptr) return stream_.SetDeadline(context_.settings.close_timeout);
  drain_timer_.expires_after(delay);
  drain_timer_.async_wait([self = self_](const error_code& ec) {
    if (!ec && *self != nullptr && (*self)->session_ != nullptr) {
      (*self)->session_->End(v1::RESTART);
    }
  });
}

void Connection::GiveUpAgent(bool now) {
  if (session_ == nullptr) return;
  session_->End(v1::LEASE_LOST);
  if (now) stream_.Close();
}

void Connection::Abort() {
  // A session may be waiting for something else than its socket.
  if (session_ != nullptr) session_->End(v1::RESTART);
  stream_.Close();
}

// --- before HTTP --------------------------------------------------------------

asio::awaitable<bool> Connection::Handshake() {
  error_code ec;
  co_await stream_.async_handshake(Into(ec));
  if (!ec) co_return true;
  // Whoever connects and says nothing is a port check, not a refused agent.
  if (!stream_.HandshakeBegun() && ec != asio::error::timed_out) co_return false;
  if (context_.draining) co_return false;
  Refused refused;
  refused.reason = v1::TLS_HANDSHAKE_FAILED;
  if (stream_.tls_failure() == "http request") {
    refused.detail = "Plain HTTP was sent to the TLS port: use wss:// and https:// there.";
  } else if (!stream_.tls_failure().empty()) {
    refused.detail = "TLS says: " + stream_.tls_failure() + ".";
  } else if (ec == asio::error::timed_out) {
    refused.detail = "The handshake was not complete within request-head-timeout.";
  } else {
    refused.detail = "The peer went away during the handshake.";
  }
  co_return co_await Refuse(std::move(refused));
}

// --- HTTP ---------------------------------------------------------------------

asio::awaitable<std::optional<HttpRequest>> Connection::ReadHead(bool first) {
  const HeadLimits limits = LimitsOf(context_.settings);
  for (;;) {
    std::variant<std::optional<size_t>, BadRequest> found = FindHeadEnd(buffer_, limits);
    if (const auto* bad = std::get_if<BadRequest>(&found)) {
      co_await RefuseBad(*bad, nullptr, "");
      co_return std::nullopt;
    }
    if (const std::optional<size_t> end = std::get<std::optional<size_t>>(found)) {
      std::variant<HttpRequest, BadRequest> parsed =
          ParseRequestHead(std::string_view(buffer_).substr(0, *end), limits);
      buffer_.erase(0, *end);
      if (const auto* bad = std::get_if<BadRequest>(&parsed)) {
        co_await RefuseBad(*bad, nullptr, "");
        co_return std::nullopt;
      }
      co_return std::move(std::get<HttpRequest>(parsed));
    }
    const size_t before = buffer_.size();
    buffer_.resize(before + kReadChunk);
    error_code ec;
    const size_t count = co_await stream_.async_read_some(
        asio::buffer(buffer_.data() + before, kReadChunk), Into(ec));
    buffer_.resize(before + count);
    if (!ec && !first && before == 0 && !context_.draining) {
      stream_.SetDeadline(context_.settings.request_head_timeout);
    }
    if (ec) {
      co_await ReadFailed(ec, first);
      co_return std::nullopt;
    }
  }
}

asio::awaitable<void> Connection::ReadFailed(error_code error, bool first) {
  const bool waited_between_requests = !first && buffer_.empty();
  if (error != asio::error::timed_out || waited_between_requests || context_.draining) co_return;
  // The deadline has to be lifted for the answer to go out.
  stream_.ClearDeadline();
  const BadRequest bad{v1::REQUEST_TIMEOUT, 408,
                       buffer_.empty() ? "Nothing was sent at all." : "The head was begun."};
  co_await RefuseBad(bad, nullptr, "");
}

asio::awaitable<bool> Connection::Serve(HttpRequest request) {
  answered_.is_head = request.method() == http::verb::head;
  const std::string_view raw_target(request.target().data(), request.target().size());
  const std::optional<Target> target = ParseTarget(raw_target);
  if (!target) {
    const BadRequest bad{v1::MALFORMED_REQUEST, 400, "The request target is not a path."};
    co_return co_await RefuseBad(bad, &request, "");
  }
  path_ = PathOf(target->path);
  answered_.allow = MethodOf(path_);
  if (path_ == HttpPath::kOther) {
    const BadRequest bad{v1::PATH_UNKNOWN, 404, ""};
    co_return co_await RefuseBad(bad, &request, "");
  }
  if (std::string_view(request.method_string()) != MethodOf(path_)) {
    const BadRequest bad{v1::METHOD_NOT_ALLOWED, 405, ""};
    co_return co_await RefuseBad(bad, &request, "");
  }
  if (path_ == HttpPath::kHealth) co_return co_await ServeHealth(request);
  if (context_.draining) {
    const BadRequest bad{v1::DRAINING, 503, ""};
    co_return co_await RefuseBad(bad, &request, "");
  }
  switch (path_) {
    case HttpPath::kRegister:
      co_return co_await ServeRegister(request, *target);
    case HttpPath::kSync:
      co_return co_await ServeSync(request, *target);
    case HttpPath::kCommandAck:
    case HttpPath::kAckCommand:
      co_return co_await ServeAck(request, *target);
    case HttpPath::kAgent:
      co_return co_await ServeAgent(request, *target);
    default:
      co_await ServeUpgrade(std::move(request), *target);
      co_return false;
  }
}

}  // namespace edgeplane::gateway
