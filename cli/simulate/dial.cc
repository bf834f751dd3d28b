#include "cli/simulate/dial.h"

#include <openssl/x509_vfy.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

namespace edgeplane::simulate {
namespace {

using asio::ip::tcp;

std::string InWords(const char* step, const error_code& ec) {
  return std::string(step) +
         (ec == asio::error::timed_out ? std::string("no answer in time") : ec.message());
}

asio::awaitable<error_code> Connect(tcp::socket& socket,
                                    const std::vector<tcp::endpoint>& endpoints) {
  error_code ec;
  co_await asio::async_connect(socket, endpoints, Into(ec));
  co_return ec;
}

asio::awaitable<error_code> RunOut(asio::steady_timer& patience) {
  error_code ec;
  co_await patience.async_wait(Into(ec));
  co_return ec ? ec : asio::error::timed_out;
}

// Why the peer's certificate is not trusted, where that is what went wrong.
std::string TlsFailure(const ByteStream& stream, const SSL* ssl, const error_code& ec) {
  const long verified = SSL_get_verify_result(ssl);
  if (verified != X509_V_OK) return std::string("tls: ") + X509_verify_cert_error_string(verified);
  if (!stream.tls_failure().empty()) return "tls: " + stream.tls_failure();
  return InWords("tls: ", ec);
}

}  // namespace

asio::awaitable<std::string> Dial(const Target& target, const Plan& plan,
                                  asio::steady_timer& patience,
                                  std::unique_ptr<ByteStream>& stream) {
  using namespace asio::experimental::awaitable_operators;
  const Moment until = Steady::now() + plan.upgrade_timeout;
  tcp::socket socket(patience.get_executor());
  patience.expires_at(until);
  auto connect = Connect(socket, target.endpoints());
  auto run_out = RunOut(patience);
  const auto first = co_await (std::move(connect) || std::move(run_out));
  const error_code ec = std::visit([](const error_code& end) { return end; }, first);
  if (ec) co_return InWords("connect: ", ec);

  gateway::SslPtr ssl = target.NewConnection();
  if (!ssl && target.address().tls) co_return std::string("tls: no memory");
  const SSL* const tls = ssl.get();
  stream = std::make_unique<ByteStream>(std::move(socket), std::move(ssl), plan.close_timeout);
  stream->SetDeadline(until - Steady::now());
  error_code agreed;
  co_await stream->async_handshake(Into(agreed));
  stream->ClearDeadline();
  if (agreed) co_return TlsFailure(*stream, tls, agreed);
  co_return std::string();
}

}  // namespace edgeplane::simulate
