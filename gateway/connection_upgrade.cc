// Connection: from an upgrade request to the end of its session.
#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/log.h"
#include "base/reasons.h"
#include "gateway/await_reply.h"
#include "gateway/connection.h"
#include "gateway/into.h"
#include "gateway/session.h"
#include "gateway/upgrade_check.h"

namespace edgeplane::gateway {

namespace {

namespace websocket = boost::beast::websocket;

}  // namespace

asio::awaitable<void> Connection::ServeUpgrade(HttpRequest request, const Target& target) {
  if (const std::optional<BadRequest> bad =
          CheckUpgrade(request, context_.settings.allowed_origins)) {
    co_await RefuseBad(*bad, &request, "");
    co_return;
  }
  std::variant<Credentials, BadCredentials> read = ReadCredentials(request, target);
  if (const auto* bad = std::get_if<BadCredentials>(&read)) {
    co_await RefuseBad(bad->bad, &request, bad->claimed_agent_id);
    co_return;
  }
  Credentials& credentials = std::get<Credentials>(read);
  const std::string agent_id = credentials.agent_id;

  Refused refused = DescribeRequest(request);
  refused.agent_id = agent_id;
  // By address too: a stranger who uses an agent's id must not use up its share.
  const std::chrono::seconds wait =
      context_.attempts.Take(agent_id + ' ' + peer_.ip, std::chrono::steady_clock::now());
  if (wait.count() > 0) {
    refused.reason = v1::ATTEMPT_RATE;
    refused.retry_after = wait;
    co_await Refuse(std::move(refused));
    co_return;
  }
  LogInfo("upgrade requested", {{"agent", agent_id}, {"peer", peer_.address}});

  AdmitAnswer answer = co_await AskRegistry(std::move(credentials));
  if (Refuses(answer, refused)) {
    co_await Refuse(std::move(refused));
    co_return;
  }
  SessionKey admitted = std::move(std::get<SessionKey>(answer));
  co_await Upgrade(std::move(request), std::move(admitted));
}

asio::awaitable<AdmitAnswer> Connection::AskRegistry(Credentials credentials) {
  Duration timeout{};
  if (context_.registry.linked()) timeout = co_await LetReportsArrive(credentials.agent_id);
  if (!context_.registry.linked()) {
    co_return NoDecision{"This gateway has no link to a registry at the moment."};
  }
  if (!context_.registry.holds()) {
    co_return NoDecision{"This gateway could not renew its lease with a registry."};
  }
  const auto ask = [&](std::function<void(AdmitAnswer)> done) {
    Caller caller{std::move(credentials.agent_id), std::move(credentials.bearer), peer_.address};
    context_.registry.Admit(std::move(caller), timeout, std::move(done));
  };
  co_return co_await AwaitReply<AdmitAnswer>(stream_.get_executor(), ask);
}

asio::awaitable<Duration> Connection::LetReportsArrive(const std::string& agent_id) {
  const Duration all = context_.settings.admit_timeout;
  const auto began = std::chrono::steady_clock::now();
  // Cancelled when all is told.
  const auto wait = std::make_shared<asio::steady_timer>(
      stream_.get_executor(), std::min(context_.settings.report_wait, all / 2));
  const int64_t number = context_.registry.WhenTold(
      agent_id, [wait] { asio::post(wait->get_executor(), [wait] { wait->cancel(); }); });
  if (number == 0) co_return all;
  error_code ec;
  co_await wait->async_wait(Into(ec));
  context_.registry.Forget(number);
  const auto took = std::chrono::steady_clock::now() - began;
  co_return std::max(all / 2, all - std::chrono::duration_cast<Duration>(took));
}

asio::awaitable<void> Connection::Upgrade(HttpRequest request, SessionKey key) {
  const auto began = std::chrono::steady_clock::now();
  std::shared_ptr<Session> session;
  v1::Disconnect reason = v1::INTERNAL_ERROR;
  // Whatever happens in there, the registry hears that the session has ended.
  try {
    reason = co_await RunSession(std::move(request), key, session);
  } catch (const std::exception& e) {
    LogError("session failed", {{"agent", key.agent_id}, {"what", e.what()}});
  }
  session_ = nullptr;
  context_.registry.SessionClosed(key, reason, session ? session->written() : UnansweredCommands());
  if (reason == v1::UPGRADE_FAILED) {
    LogWarning("upgrade failed", {{"agent", key.agent_id}, {"peer", peer_.address}});
    co_return;
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  context_.metrics.ConnectionClosed(reason, seconds);
  LogInfo("agent disconnected", {{"agent", key.agent_id},
                                 {"peer", peer_.address},
                                 {"reason", NameOf(reason)},
                                 {"duration_seconds", seconds},
                                 {"connections", context_.metrics.connections()},
                                 {"session", key.session_id}});
}

asio::awaitable<v1::Disconnect> Connection::RunSession(HttpRequest request, const SessionKey& key,
                                                       std::shared_ptr<Session>& session) {
  WebSocket socket(stream_);
  socket.auto_fragment(false);
  socket.read_message_max(static_cast<size_t>(context_.settings.max_message_bytes));
  // Else Beast names itself and its version.
  socket.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
    response.set(boost::beast::http::field::server, "edgeplane");
  }));
  // Frames a hasty client sent behind its request come first.
  stream_.Unread(std::move(buffer_));
  buffer_ = {};
  stream_.SetDeadline(context_.settings.request_head_timeout);
  error_code ec;
  co_await socket.async_accept(request, Into(ec));
  stream_.ClearDeadline();
  if (ec) co_return v1::UPGRADE_FAILED;
  context_.metrics.HttpAnswered(path_, 101);
  request = {};

  const Session::Context session_context{context_.settings, context_.clock, context_.metrics,
                                         context_.registry};
  session = std::make_shared<Session>(session_context, key, socket, stream_);
  session_ = session.get();
  if (context_.draining) session->End(v1::RESTART);
  if (!context_.registry.holds()) session->End(v1::LEASE_LOST);
  context_.metrics.ConnectionOpened();
  context_.registry.SessionOpened(key, session);
  LogInfo("agent connected", {{"agent", key.agent_id},
                              {"peer", peer_.address},
                              {"tls", stream_.TlsVersion()},
                              {"connections", context_.metrics.connections()},
                              {"session", key.session_id}});
  co_await session->Run();
  session_ = nullptr;
  co_return session->end_reason();
}

}  // namespace edgeplane::gateway
