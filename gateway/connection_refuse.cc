// Connection: refusing, and what of a request the ledger keeps.
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>

#include "base/reasons.h"
#include "gateway/connection.h"
#include "gateway/http_answer.h"

namespace edgeplane::gateway {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

// Until a registry may be there again; agents spread their own back-off on top.
constexpr std::chrono::seconds kRetryAfter(5);

auto Into(error_code& ec) { return asio::redirect_error(asio::use_awaitable, ec); }

v1::Presented Present(const HttpRequest& request) {
  constexpr int kNamesMax = 64;
  v1::Presented presented;
  presented.set_method(Presentable(request.method_string(), 32));
  const std::string_view target(request.target().data(), request.target().size());
  presented.set_path(Presentable(target.substr(0, target.find_first_of("?#")), 256));
  for (const auto& field : request) {
    if (presented.header_names_size() == kNamesMax) break;
    presented.add_header_names(Presentable(field.name_string(), 64));
  }
  const beast::string_view authorization = request[http::field::authorization];
  // A bare secret would stand where the scheme belongs: only this one is named.
  if (beast::iequals(authorization.substr(0, 6), "Bearer")) presented.set_scheme("Bearer");
  presented.set_user_agent(Presentable(request[http::field::user_agent], 256));
  return presented;
}

}  // namespace

Refused DescribeRequest(const HttpRequest& request) {
  Refused refused;
  refused.presented = Present(request);
  const auto forwarded = request.find("X-Forwarded-For");
  refused.forwarded_for =
      Presentable(forwarded != request.end() ? forwarded->value() : request["Forwarded"], 256);
  return refused;
}

asio::awaitable<void> Connection::RefuseBad(const BadRequest& bad, const HttpRequest* request,
                                            const std::string& agent_id) {
  Refused refused = request != nullptr ? DescribeRequest(*request) : Refused();
  refused.reason = bad.reason;
  refused.http_status = bad.http_status;
  refused.detail = bad.detail;
  refused.variant = bad.detail;
  refused.agent_id = agent_id;
  co_await Refuse(std::move(refused), std::nullopt);
}

asio::awaitable<void> Connection::Refuse(Refused refused,
                                         std::optional<std::chrono::seconds> retry_after) {
  const v1::ReasonTraits& traits = TraitsOf(refused.reason);
  if (refused.http_status == 0 && traits.http_status_size() > 0) {
    refused.http_status = traits.http_status(0);
  }
  refused.peer_ip = peer_.ip;
  refused.peer_address = peer_.address;
  refused.presented.set_tls_version(
      refused.reason == v1::TLS_HANDSHAKE_FAILED ? "" : stream_.TlsVersion());
  const std::string refusal_id = context_.refusals.Note(refused);
  if (refused.http_status == 503 && !retry_after) retry_after = kRetryAfter;
  if (refused.http_status == 0) co_return;
  const std::string answer =
      RefusalAnswer(refused.reason, refused.http_status, refusal_id, retry_after);
  stream_.SetDeadline(context_.settings.close_timeout);
  error_code ec;
  co_await asio::async_write(stream_, asio::buffer(answer), Into(ec));
  if (!ec) co_await stream_.async_finish(Into(ec));
}

}  // namespace edgeplane::gateway
