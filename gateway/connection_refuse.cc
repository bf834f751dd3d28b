// Connection: refusing, and what of a request the ledger keeps.
#include <algorithm>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>

#include "base/reasons.h"
#include "gateway/connection.h"
#include "gateway/into.h"

namespace edgeplane::gateway {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

// Until a registry may be there again; agents spread their own back-off on top.
constexpr std::chrono::seconds kRetryAfter(5);
constexpr int64_t kRetryAfterMax = 24 * 3600;

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

void Explain(const v1::RefusedAttempt& decision, Refused& refused) {
  refused.reason = decision.reason();
  refused.detail = decision.detail();
  refused.presented.MergeFrom(decision.presented());
  refused.expected = decision.expected();
  refused.variant = decision.presented().fingerprint();
  if (refused.agent_id.empty()) refused.agent_id = decision.agent_id();
  if (decision.has_retry_after()) {
    // Rounded up: whoever comes at that moment must not be too early.
    const auto& wait = decision.retry_after();
    const int64_t seconds = wait.seconds() + (wait.nanos() > 0 ? 1 : 0);
    refused.retry_after = std::chrono::seconds(std::clamp<int64_t>(seconds, 1, kRetryAfterMax));
  }
}

void Explain(const NoDecision& none, Refused& refused) {
  refused.reason = none.reason;
  refused.detail = none.detail;
}

asio::awaitable<bool> Connection::RefuseBad(const BadRequest& bad, const HttpRequest* request,
                                            const std::string& agent_id) {
  Refused refused = request != nullptr ? DescribeRequest(*request) : Refused();
  refused.reason = bad.reason;
  refused.http_status = bad.http_status;
  refused.detail = bad.detail;
  refused.variant = bad.detail;
  refused.agent_id = agent_id;
  co_return co_await Refuse(std::move(refused));
}

asio::awaitable<bool> Connection::Refuse(Refused refused) {
  const v1::ReasonTraits& traits = TraitsOf(refused.reason);
  if (refused.http_status == 0 && traits.http_status_size() > 0) {
    refused.http_status = traits.http_status(0);
  }
  refused.peer_ip = peer_.ip;
  refused.peer_address = peer_.address;
  refused.presented.set_tls_version(
      refused.reason == v1::TLS_HANDSHAKE_FAILED ? "" : stream_.TlsVersion());
  const std::string refusal_id = context_.refusals.Note(refused);
  if (refused.http_status == 0) co_return false;
  const bool comes_again = refused.http_status == 503 || refused.http_status == 429;
  if (!comes_again) {
    refused.retry_after.reset();
  } else if (!refused.retry_after) {
    refused.retry_after = kRetryAfter;
  }
  const std::string answer = RefusalAnswer(refused.reason, refused.http_status, refusal_id,
                                           refused.retry_after, answered_);
  context_.metrics.HttpAnswered(path_, refused.http_status);
  stream_.SetDeadline(context_.settings.close_timeout);
  error_code ec;
  co_await asio::async_write(stream_, asio::buffer(answer), Into(ec));
  if (!ec) co_await stream_.async_finish(Into(ec));
  co_return false;
}

}  // namespace edgeplane::gateway
