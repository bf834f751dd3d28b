#include "tests/contract/transfer_contract.h"

#include <sstream>

namespace edgeplane::storage {
namespace {

const transfer::Progress kSilent = [](std::string_view, int64_t) {};

// Its gateways have no leases any more: see transfer::Sink.
std::string WithoutLeases(std::string text) {
  for (size_t at = 0; (at = text.find("\"lease_end\":", at)) != std::string::npos; ++at) {
    const size_t begin = at + std::string("\"lease_end\":").size();
    text.replace(begin, text.find('}', begin) - begin, "1");
  }
  // And so the checksum is another one.
  return text.substr(0, text.rfind("\"sha256\""));
}

}  // namespace

std::unique_ptr<MovableBackend> MakeBackend(const BackendKind& kind) {
  return std::unique_ptr<MovableBackend>(dynamic_cast<MovableBackend*>(kind.make().release()));
}

std::string ExportOf(MovableBackend& backend) {
  const auto source = backend.OpenSource();
  EXPECT_TRUE(source.ok()) << (source.ok() ? "" : source.error().message);
  if (!source.ok()) return {};
  std::string text;
  const auto counts = transfer::Export(
      **source, kStart,
      [&text](std::string_view line) -> Status {
        text += line;
        return {};
      },
      kSilent);
  EXPECT_TRUE(counts.ok()) << (counts.ok() ? "" : counts.error().message);
  return text;
}

Status ImportInto(MovableBackend& backend, const std::string& text) {
  std::istringstream in(text);
  const auto counts = transfer::Import(
      in, [&backend] { return backend.OpenSink(); }, kSilent);
  return counts.ok() ? Status() : Status(counts.error());
}

void TransferContract::MakeAgents() {
  Agent agent;
  agent.agent_id = "one";
  agent.user_phone = "+1 555 123-4567";
  agent.display_name = "Ünö \"1\"\n";
  // jsonb keeps them in another order, the shorter names first.
  agent.labels = {{"zz", "1"}, {"a_long_name", "–"}, {"b", ""}};
  agent.allowed_addresses = {"10.0.0.0/8", "::1"};
  agent.create_time = agent.update_time = kStart;
  const SealedSecret secret{std::string("\0sealed\xff", 8), "0a1b2c3d", kStart, std::nullopt};
  ASSERT_TRUE(store().CreateAgent(agent, secret).ok());
  const SealedSecret newer{"newer", "ffffffff", After(1), std::nullopt};
  ASSERT_TRUE(store().RotateSecret("one", newer, After(3600)).ok());
  for (const char* id : {"two", "off"}) {
    agent.agent_id = id;
    ASSERT_TRUE(store().CreateAgent(agent, std::nullopt).ok());
  }
  ASSERT_TRUE(store().DisableAgent("off", "until tomorrow", After(2)).ok());
  ASSERT_TRUE(store().RecordStatuses({{"two", {R"({"battery":0.5})", After(3)}}}).ok());
  ASSERT_TRUE(store().SetDesiredConfig("two", R"({"every":5})", false, After(4)).ok());
}

Fence TransferContract::Connect(const std::string& agent_id, int session,
                                const std::string& gateway_id) {
  SessionRequest request;
  request.agent_id = agent_id;
  request.session_id = Id(session);
  request.gateway_id = gateway_id;
  request.peer_address = "192.0.2.1:1";
  request.secret_fingerprint = "ffffffff";
  request.now = After(10);
  request.link = links_[gateway_id];
  const auto answer = store().OpenSession(request);
  EXPECT_TRUE(answer.ok());
  if (!answer.ok()) return {};
  return {agent_id, Id(session), std::get<SessionGrant>(*answer).epoch};
}

void TransferContract::MakeSessions() {
  for (const char* gateway : {"gw-a", "gw-b"}) {
    const auto link = store().BeginLink({gateway}, std::chrono::hours(1), kStart);
    ASSERT_TRUE(link.ok());
    links_[gateway] = *link;
  }
  Connect("two", 1, "gw-a");
  fence_ = Connect("two", 2, "gw-b");  // gw-a has not said that it has closed
}

NewCommand TransferContract::CommandFor(int number, const std::string& key) const {
  NewCommand command;
  command.command_id = Id(100 + number);
  command.agent_id = "two";
  command.type = "say";
  command.payload_json = R"({"text":"h\u0001é"})";
  command.immediate = number % 2 == 0;
  command.max_deliveries = number;
  command.idempotency_key = key;
  command.create_time = kStart;
  command.ttl = std::chrono::hours(1);
  command.expire_time = After(3600);
  return command;
}

void TransferContract::MakeCommands() {
  for (const int number : {1, 2}) {
    ASSERT_TRUE(store().EnqueueCommand(CommandFor(number, ""), 100).ok());
  }
  const Claim claim{fence_, Channel::kWebSocket, 10, 100'000, After(11), links_["gw-b"]};
  ASSERT_EQ(store().ClaimCommands(claim)->size(), 2u);
  Ack ack;
  ack.fence = fence_;
  ack.command_id = Id(102);
  ack.event = CommandEvent::kAckCompleted;
  ack.status = "completed";
  ack.result_json = R"({"ok":true})";
  ack.time = After(12);
  ack.ordinal = 77;
  ASSERT_EQ(store().ApplyAcks({ack})->front().verdict, AckVerdict::kApplied);
  for (const int number : {3, 4}) {
    ASSERT_TRUE(store().EnqueueCommand(CommandFor(number, "key-" + Id(number)), 100).ok());
  }
  ASSERT_TRUE(store().CancelCommand(Id(103), "not needed", After(13)).ok());
}

void TransferContract::MakeRecords() {
  Event event;
  event.agent_id = "one";
  event.event_type = "step";
  event.thread_id = "t";
  event.details_json = R"({"n":1})";
  event.receive_time = After(20);
  for (const char* id : {"e1", "e2"}) {
    event.event_id = id;
    ASSERT_TRUE(store().RecordEvents({event}).ok());
  }
  // The newest is gone, and its number is not given again.
  ASSERT_EQ(*store().PruneEvents(After(1000), 2), 2u);
  event.event_id = "e3";
  ASSERT_TRUE(store().RecordEvents({event}).ok());
  Refusal refusal;
  refusal.refusal_id = Id(200);
  refusal.reason = 5;
  refusal.agent_id = "stranger";
  refusal.create_time = refusal.last_time = After(21);
  refusal.evidence = std::string("\x0a\0", 2);
  ASSERT_TRUE(store().RecordRefusals({refusal}).ok());
  AuditEntry entry;
  entry.audit_id = Id(400);
  entry.create_time = After(22);
  entry.caller = "bootstrap";
  entry.method = "SendCommand";
  ASSERT_TRUE(store().RecordAudit(entry).ok());
  JoinToken token;
  token.join_token_id = Id(300);
  token.sha256 = std::string(32, '\xaa');
  token.labels = {{"site", "north"}};
  token.max_uses = 2;
  token.create_time = kStart;
  token.expire_time = After(3600);
  ASSERT_TRUE(store().CreateJoinToken(token).ok());
  ASSERT_EQ(Join("15550000001").verdict, JoinVerdict::kJoined);
  ASSERT_TRUE(store().PutAdminToken({"ops", std::string(32, '\x01'), "admin", kStart}).ok());
  ASSERT_TRUE(store().PutFactOnce("master_key_check", "abc").ok());
}

Joined TransferContract::Join(const std::string& phone) {
  Registration registration;
  registration.token_sha256 = std::string(32, '\xaa');
  registration.user_phone = phone;
  registration.new_agent_id = "edge_" + phone;
  registration.now = After(30);
  const auto joined = store().RegisterAgent(registration);
  EXPECT_TRUE(joined.ok());
  return joined.ok() ? *joined : Joined{};
}

void TransferContract::Fill() {
  MakeAgents();
  MakeSessions();
  MakeCommands();
  MakeRecords();
}

void TransferContract::Move(const BackendKind& kind) {
  store_.reset();
  const std::string text = ExportOf(*backend_);
  std::unique_ptr<MovableBackend> next = MakeBackend(kind);
  const Status imported = ImportInto(*next, text);
  ASSERT_TRUE(imported.ok()) << imported.error().message;
  EXPECT_EQ(WithoutLeases(ExportOf(*next)), WithoutLeases(text));
  backend_ = std::move(next);
  store_ = backend_->Open();
}

}  // namespace edgeplane::storage
