#include "cli/simulate/http_channel.h"

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/version.h"

namespace edgeplane::simulate {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr size_t kAnswerMax = 16 * 1024 * 1024;

std::string RequestText(const Target& target, std::string_view path, std::string_view agent_id,
                        const Secret& bearer, std::string_view body) {
  std::string text = "POST ";
  text.append(target.address().path).append(path).append(" HTTP/1.1\r\nHost: ");
  text.append(target.authority());
  text.append("\r\nUser-Agent: edgeplane-simulate/").append(Version());
  text.append("\r\nAuthorization: Bearer ").append(bearer.Reveal());
  text.append("\r\nX-Edge-Agent-Id: ").append(agent_id);
  text.append("\r\nX-Edge-Protocol-Version: 1.0\r\nContent-Type: application/json");
  text.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
  return text.append(body);
}

}  // namespace

asio::awaitable<HttpChannel::Answer> HttpChannel::Post(std::string_view path,
                                                       std::string_view agent_id,
                                                       const Secret& bearer, std::string body) {
  std::string request = RequestText(target_, path, agent_id, bearer, body);
  const bool kept = stream_ != nullptr && stream_->is_open();
  Answer answer = co_await Exchange(request);
  // Servers close idle connections when they like.
  if (answer.status == 0 && kept && !closed_) answer = co_await Exchange(request);
  Wipe(request);
  co_return answer;
}

asio::awaitable<HttpChannel::Answer> HttpChannel::Exchange(const std::string& request) {
  Answer answer;
  if (stream_ == nullptr || !stream_->is_open()) {
    stream_.reset();
    answer.failure = co_await Dial(target_, plan_, patience_, stream_);
    if (!answer.failure.empty()) {
      stream_.reset();
      co_return answer;
    }
  }
  stream_->SetDeadline(plan_.request_timeout);
  error_code ec;
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kAnswerMax);
  co_await asio::async_write(*stream_, asio::buffer(request), Into(ec));
  if (!ec) co_await http::async_read(*stream_, buffer, parser, Into(ec));
  stream_->ClearDeadline();
  if (ec) {
    answer.failure = "http: " + (ec == asio::error::timed_out ? "no answer in time" : ec.message());
    stream_->Close();
    co_return answer;
  }
  answer.status = static_cast<int>(parser.get().result_int());
  answer.body = std::move(parser.get().body());
  if (!parser.get().keep_alive()) stream_->Close();
  co_return answer;
}

void HttpChannel::Close() {
  closed_ = true;
  patience_.cancel();
  if (stream_) stream_->Close();
}

}  // namespace edgeplane::simulate
