// Connection: one exchange of a polling agent.
#include "base/log.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "gateway/await_reply.h"
#include "gateway/connection.h"
#include "gateway/sync_text.h"

namespace edgeplane::gateway {

namespace {

// What a sync hands out counts as delivered unless somebody says that it never
// left: this does, however the exchange ends, until it is told otherwise.
class UnansweredSync {
 public:
  UnansweredSync(RegistryClient& registry, std::string agent_id, std::string sync_id)
      : registry_(registry), agent_id_(std::move(agent_id)), sync_id_(std::move(sync_id)) {}
  ~UnansweredSync() { Report(); }
  UnansweredSync(const UnansweredSync&) = delete;
  UnansweredSync& operator=(const UnansweredSync&) = delete;

  // Something of the answer was written, or there was nothing to hand out.
  void Settle() { settled_ = true; }
  void Report() {
    if (!settled_) registry_.SyncUnanswered(agent_id_, sync_id_);
    settled_ = true;
  }

 private:
  RegistryClient& registry_;
  const std::string agent_id_;
  const std::string sync_id_;
  bool settled_ = false;
};

}  // namespace

asio::awaitable<bool> Connection::ServeSync(const HttpRequest& request, const Target& target) {
  std::variant<Credentials, BadCredentials> read = ReadCallerCredentials(request, target);
  if (const auto* bad = std::get_if<BadCredentials>(&read)) {
    co_return co_await RefuseBad(bad->bad, &request, bad->claimed_agent_id);
  }
  Credentials& credentials = std::get<Credentials>(read);
  // As soon as it is known whose share it is taken from: whoever calls too often
  // should not cost the reading of what it sends.
  Refused refused = DescribeRequest(request);
  refused.agent_id = credentials.agent_id;
  const bool named = !credentials.agent_id.empty();
  if (named && !TakeCall(credentials.agent_id, refused)) {
    co_return co_await Refuse(std::move(refused));
  }
  const std::optional<std::string> text = co_await ReadBody(request, credentials.agent_id);
  if (!text) co_return false;
  std::variant<SyncBody, MalformedMessage> parsed = ParseSync(*text, BodyLimits());
  if (const auto* malformed = std::get_if<MalformedMessage>(&parsed)) {
    context_.metrics.MessageReceived(MessageType::kMalformed);
    co_return co_await RefuseBad(NotJson(*malformed), &request, credentials.agent_id);
  }
  SyncBody& body = std::get<SyncBody>(parsed);
  const std::string claimed = Presentable(
      credentials.agent_id.empty() ? std::string_view(body.agent_id) : credentials.agent_id);
  if (const std::optional<BadRequest> bad = AddAgentId(body.agent_id, credentials)) {
    co_return co_await RefuseBad(*bad, &request, claimed);
  }
  refused.agent_id = credentials.agent_id;
  if (!named && !TakeCall(credentials.agent_id, refused)) {
    co_return co_await Refuse(std::move(refused));
  }
  context_.metrics.MessageReceived(MessageType::kEvent, body.event_ids.size());
  context_.metrics.MessageReceived(MessageType::kStatus, body.has_status ? 1 : 0);
  context_.metrics.MessageReceived(MessageType::kMalformed, body.malformed);
  if (body.malformed > 0) {
    LogInfo("agent message malformed",
            {{"agent", credentials.agent_id}, {"why", body.why}, {"count", body.malformed}});
  }
  SyncBody taken = std::move(body);
  co_return co_await AnswerSync(request, std::move(credentials), std::move(taken),
                                std::move(refused));
}

asio::awaitable<bool> Connection::AnswerSync(const HttpRequest& request, Credentials credentials,
                                             SyncBody body, Refused refused) {
  const Duration timeout = co_await LetReportsArrive(credentials.agent_id);
  const Time now = context_.clock.Now();
  body.request.set_sync_id(NewUuid(now));
  SetTime(now, *body.request.mutable_time());
  UnansweredSync unanswered(context_.registry, credentials.agent_id, body.request.sync_id());
  const auto ask = [&](std::function<void(SyncAnswer)> done) {
    Caller caller{std::move(credentials.agent_id), std::move(credentials.bearer), peer_.address};
    context_.registry.Sync(std::move(caller), std::move(body.request), timeout, std::move(done));
  };
  const SyncAnswer answer = co_await AwaitReply<SyncAnswer>(stream_.get_executor(), ask);
  if (Refuses(answer, refused)) {
    // A refusal hands nothing out. Where there is no decision, the registry may
    // have made one all the same.
    const auto* none = std::get_if<NoDecision>(&answer);
    if (none == nullptr || !none->may_have_acted) unanswered.Settle();
    unanswered.Report();
    co_return co_await Refuse(std::move(refused));
  }
  const auto& result = std::get<v1::SyncResponse::Result>(answer);
  const std::string text = SyncText(result, body.event_ids);
  const uint64_t written_before = stream_.bytes_written();
  const bool another = co_await Answer(request, 200, text);
  const bool handed_out = result.commands_size() > 0 || !result.config_json().empty();
  if (!handed_out || stream_.bytes_written() > written_before) unanswered.Settle();
  co_return another;
}

}  // namespace edgeplane::gateway
