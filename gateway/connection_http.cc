// Connection: the HTTP calls but for sync, and what all of them need.
#include <boost/asio/write.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/crypto.h"
#include "base/log.h"
#include "base/timestamp.h"
#include "base/version.h"
#include "gateway/ack_text.h"
#include "gateway/agent_text.h"
#include "gateway/await_reply.h"
#include "gateway/connection.h"
#include "gateway/into.h"
#include "gateway/register_text.h"

namespace edgeplane::gateway {

namespace {

constexpr size_t kReadChunk = 16 * 1024;

// Whose share a call is taken from. Where no agent is named, whoever holds this
// bearer: behind one address there may be many.
std::string CallerOf(const Credentials& credentials) {
  if (!credentials.agent_id.empty()) return credentials.agent_id;
  return "bearer " + Sha256(credentials.bearer.Reveal());
}

}  // namespace

BadRequest NotJson(const MalformedMessage& malformed) {
  return {v1::MALFORMED_REQUEST, 400, "The body: " + malformed.why};
}

asio::awaitable<bool> Connection::ServeHealth(const HttpRequest& request) {
  const std::optional<std::string> body = co_await ReadBody(request, "");
  if (!body) co_return false;
  const bool healthy = context_.registry.linked() && !context_.draining;
  const boost::json::object state = {{"status", healthy ? "healthy" : "unavailable"},
                                     {"version", Version()}};
  co_return co_await Answer(request, healthy ? 200 : 503, boost::json::serialize(state));
}

asio::awaitable<bool> Connection::ServeRegister(const HttpRequest& request, const Target& target) {
  if (const std::optional<BadRequest> bad = CheckUrl(target)) {
    co_return co_await RefuseBad(*bad, &request, "");
  }
  std::optional<std::string> text = co_await ReadBody(request, "");
  if (!text) co_return false;
  std::variant<RegisterBody, MalformedMessage> parsed = ParseRegister(*text, BodyLimits());
  Wipe(*text);
  if (const auto* malformed = std::get_if<MalformedMessage>(&parsed)) {
    co_return co_await RefuseBad(NotJson(*malformed), &request, "");
  }
  RegisterBody& body = std::get<RegisterBody>(parsed);
  Refused refused = DescribeRequest(request);
  const std::chrono::seconds wait = context_.attempts.Take(
      "register " + body.user_phone + ' ' + peer_.ip, std::chrono::steady_clock::now());
  if (wait.count() > 0) {
    refused.reason = v1::ATTEMPT_RATE;
    refused.retry_after = wait;
    co_return co_await Refuse(std::move(refused));
  }
  if (body.token.Reveal().size() > kJoinTokenMax) {
    // To the outside like any other token that is none.
    refused.reason = v1::JOIN_TOKEN_UNKNOWN;
    refused.detail = "What was presented is longer than any join token.";
    co_return co_await Refuse(std::move(refused));
  }
  const auto ask = [&](std::function<void(RegisterAnswer)> done) {
    RegisterQuestion question{std::move(body.user_phone), std::move(body.token), body.issue_secret,
                              peer_.address};
    context_.registry.Register(std::move(question), context_.settings.admit_timeout,
                               std::move(done));
  };
  RegisterAnswer answer = co_await AwaitReply<RegisterAnswer>(stream_.get_executor(), ask);
  if (Refuses(answer, refused)) co_return co_await Refuse(std::move(refused));
  const Registered& registered = std::get<Registered>(answer);
  LogInfo("agent registered", {{"agent", registered.agent_id}, {"peer", peer_.address}});
  std::string registered_text = RegisterText(registered);
  const bool another = co_await Answer(request, 200, registered_text);
  Wipe(registered_text);
  co_return another;
}

asio::awaitable<bool> Connection::ServeAck(const HttpRequest& request, const Target& target) {
  std::variant<Credentials, BadCredentials> read = ReadCallerCredentials(request, target);
  if (const auto* bad = std::get_if<BadCredentials>(&read)) {
    co_return co_await RefuseBad(bad->bad, &request, bad->claimed_agent_id);
  }
  Credentials& credentials = std::get<Credentials>(read);
  Refused refused = DescribeRequest(request);
  refused.agent_id = credentials.agent_id;
  if (!TakeCall(CallerOf(credentials), refused)) co_return co_await Refuse(std::move(refused));
  const std::optional<std::string> text = co_await ReadBody(request, credentials.agent_id);
  if (!text) co_return false;
  std::variant<AckMessage, MalformedMessage> parsed = ParseAckBody(*text, BodyLimits());
  if (const auto* malformed = std::get_if<MalformedMessage>(&parsed)) {
    context_.metrics.MessageReceived(MessageType::kMalformed);
    co_return co_await RefuseBad(NotJson(*malformed), &request, credentials.agent_id);
  }
  context_.metrics.MessageReceived(MessageType::kCommandAck);
  AckMessage& ack = std::get<AckMessage>(parsed);
  if (ack.result_left_out) {
    LogWarning("command result left out",
               {{"agent", credentials.agent_id}, {"command", ack.command_id}});
  }
  v1::AcknowledgeRequest question;
  question.set_ordinal(AckOrdinal(ack));
  question.set_command_id(std::move(ack.command_id));
  question.set_outcome(ack.outcome);
  question.set_status(std::move(ack.status));
  question.set_error(std::move(ack.error));
  question.set_result_json(std::move(ack.result_json));
  SetTime(context_.clock.Now(), *question.mutable_time());
  const auto ask = [&](std::function<void(AcknowledgeAnswer)> done) {
    Caller caller{std::move(credentials.agent_id), std::move(credentials.bearer), peer_.address};
    context_.registry.Acknowledge(std::move(caller), std::move(question),
                                  context_.settings.admit_timeout, std::move(done));
  };
  AcknowledgeAnswer answer = co_await AwaitReply<AcknowledgeAnswer>(stream_.get_executor(), ask);
  if (Refuses(answer, refused)) co_return co_await Refuse(std::move(refused));
  switch (std::get<v1::AcknowledgeResponse::Verdict>(answer)) {
    case v1::AcknowledgeResponse::APPLIED:
      co_return co_await Answer(request, 200, kAcknowledgedText);
    case v1::AcknowledgeResponse::NOT_DELIVERED:
      co_return co_await Answer(request, 409, kNotDeliveredText);
    default:
      co_return co_await Answer(request, 404, kCommandUnknownText);
  }
}

asio::awaitable<bool> Connection::ServeAgent(const HttpRequest& request, const Target& target) {
  if (const std::optional<BadRequest> bad = CheckUrl(target)) {
    co_return co_await RefuseBad(*bad, &request, "");
  }
  std::variant<Secret, BadRequest> bearer = ReadBearer(request);
  if (const auto* bad = std::get_if<BadRequest>(&bearer)) {
    co_return co_await RefuseBad(*bad, &request, "");
  }
  std::string agent_id = target.path.substr(kAgentPrefix.size());
  if (!IsAgentId(agent_id)) {
    const BadRequest bad{v1::AGENT_ID_MALFORMED, 400, "The id in the path is meant."};
    co_return co_await RefuseBad(bad, &request, "");
  }
  // The refusal names no agent: the one asked about was not refused anything.
  Refused refused = DescribeRequest(request);
  if (!TakeCall("operator " + agent_id, refused)) co_return co_await Refuse(std::move(refused));
  const std::optional<std::string> body = co_await ReadBody(request, "");
  if (!body) co_return false;
  const auto ask = [&](std::function<void(DescribeAnswer)> done) {
    Caller caller{std::move(agent_id), std::move(std::get<Secret>(bearer)), peer_.address};
    context_.registry.DescribeAgent(std::move(caller), context_.settings.admit_timeout,
                                    std::move(done));
  };
  const DescribeAnswer answer = co_await AwaitReply<DescribeAnswer>(stream_.get_executor(), ask);
  if (Refuses(answer, refused)) co_return co_await Refuse(std::move(refused));
  if (std::holds_alternative<AgentUnknown>(answer)) {
    co_return co_await Answer(request, 404, kAgentUnknownText);
  }
  const std::string text = AgentText(std::get<v1::DescribeAgentResponse::Description>(answer));
  co_return co_await Answer(request, 200, text);
}

// --- what all of them need ----------------------------------------------------------

JsonLimits Connection::BodyLimits() const {
  return {static_cast<size_t>(context_.settings.max_body_bytes),
          static_cast<size_t>(context_.settings.max_json_depth)};
}

bool Connection::TakeCall(const std::string& who, Refused& refused) {
  // By address too: a stranger who uses an agent's id must not use up its share.
  const std::chrono::seconds wait =
      context_.calls.Take(who + ' ' + peer_.ip, std::chrono::steady_clock::now());
  if (wait.count() == 0) return true;
  refused.reason = v1::REQUEST_RATE;
  refused.retry_after = wait;
  return false;
}

asio::awaitable<std::optional<std::string>> Connection::ReadBody(const HttpRequest& request,
                                                                 const std::string& agent_id) {
  const uint64_t size = ContentLength(request);
  if (size > static_cast<uint64_t>(context_.settings.max_body_bytes)) {
    const BadRequest bad{v1::REQUEST_TOO_LARGE, 413, "The body is larger than max-body-bytes."};
    co_await RefuseBad(bad, &request, agent_id);
    co_return std::nullopt;
  }
  stream_.SetDeadline(context_.settings.request_head_timeout);
  std::string body = buffer_.substr(0, size);
  Wipe(buffer_.data(), body.size());
  buffer_.erase(0, body.size());
  error_code ec;
  if (body.empty() && size > 0 && ExpectsContinue(request)) {
    co_await asio::async_write(stream_, asio::buffer(kContinueAnswer), Into(ec));
  }
  while (!ec && body.size() < size) {
    const size_t before = body.size();
    // Grows with what comes, and not with what is promised.
    body.resize(before + std::min<uint64_t>(size - before, kReadChunk));
    const size_t count = co_await stream_.async_read_some(
        asio::buffer(body.data() + before, body.size() - before), Into(ec));
    body.resize(before + count);
  }
  if (!ec) {
    stream_.ClearDeadline();
    co_return body;
  }
  if (ec == asio::error::timed_out && !context_.draining) {
    stream_.ClearDeadline();
    const BadRequest bad{v1::REQUEST_TIMEOUT, 408,
                         "The head was there; its body was not complete in time."};
    co_await RefuseBad(bad, &request, agent_id);
  }
  co_return std::nullopt;
}

asio::awaitable<bool> Connection::Answer(const HttpRequest& request, int status,
                                         std::string_view body) {
  const bool keep_alive = request.keep_alive() && !context_.draining && status != 503;
  std::string answer = JsonAnswer(status, body, keep_alive);
  context_.metrics.HttpAnswered(path_, status);
  stream_.SetDeadline(context_.settings.write_timeout);
  error_code ec;
  co_await asio::async_write(stream_, asio::buffer(answer), Into(ec));
  Wipe(answer);  // a new agent's secret may be in it
  if (ec) co_return false;
  if (!keep_alive) co_await stream_.async_finish(Into(ec));
  co_return keep_alive;
}

}  // namespace edgeplane::gateway
