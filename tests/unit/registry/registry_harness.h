// The registry's parts over a MemoryStore, without gRPC, on a pool of one thread,
// so that a test can wait until nothing is left to do.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "base/worker_pool.h"
#include "services/registry/acknowledger.h"
#include "services/registry/admitter.h"
#include "services/registry/awaited_sessions.h"
#include "services/registry/control.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link.h"
#include "services/registry/link_table.h"
#include "services/registry/peers.h"
#include "services/registry/pending_admissions.h"
#include "services/registry/registry_parts.h"
#include "services/registry/session_directory.h"
#include "services/registry/sweeper.h"
#include "services/registry/syncer.h"
#include "services/registry/unanswered_syncs.h"
#include "services/registry/vault.h"
#include "storage/memory/memory_store.h"
#include "tests/unit/registry/recording_outlet.h"

namespace edgeplane::registry {

struct LinkedGatewayUnderTest {
  std::shared_ptr<RecordingOutlet> outlet;
  std::shared_ptr<Link> link;
};

inline RegistrySettings HarnessSettings() {
  RegistrySettings settings;
  settings.registry_workers = 1;
  settings.alone = true;  // so that no lease ends while the clock is put forward
  return settings;
}

struct RegistryHarness {
  // Every agent's, unless the test says otherwise.
  static inline const std::string kSecret = std::string(64, 'a');

  explicit RegistryHarness(RegistrySettings given = HarnessSettings(),
                           storage::SignalBus* bus = nullptr)
      : settings(given),
        directory({static_cast<size_t>(settings.delivery_window),
                   static_cast<size_t>(settings.delivery_window_bytes)}),
        peers(bus) {}

  // Until the pool has nothing to do and nothing waits.
  void Settle() {
    for (size_t waiting = 1; waiting > 0;) {
      std::promise<size_t> reached;
      if (!pool.Continue([&] { reached.set_value(pool.QueueLength()); })) return;
      waiting = reached.get_future().get();
    }
  }

  void AddAgent(const std::string& agent_id, const std::string& secret = kSecret) {
    storage::Agent agent;
    agent.agent_id = agent_id;
    agent.create_time = clock.Now();
    const storage::SealedSecret sealed{
        vault.SealSecret(secret, agent_id), vault.Fingerprint(secret), clock.Now(), {}};
    Require(store.CreateAgent(agent, sealed).ok());
  }

  // A session as Admit opens it, unknown to any link.
  storage::Fence OpenSession(const std::string& agent_id, const std::string& gateway_id = "g1") {
    const storage::SessionRequest request{.session_id = NewUuid(clock.Now()),
                                          .agent_id = agent_id,
                                          .gateway_id = gateway_id,
                                          .peer_address = "10.0.0.1:1",
                                          .secret_fingerprint = vault.Fingerprint(kSecret),
                                          .now = clock.Now(),
                                          .link = LinkNumber(gateway_id)};
    const auto opened = store.OpenSession(request);
    Require(opened.ok());
    const auto* grant = std::get_if<storage::SessionGrant>(&*opened);
    Require(grant != nullptr);
    return {agent_id, request.session_id, grant->epoch};
  }

  // Of the gateway's link; 0 where it has none.
  int64_t LinkNumber(const std::string& gateway_id) {
    const std::shared_ptr<Link> link = links.Find(gateway_id);
    return link == nullptr ? 0 : link->number();
  }

  Status Admit(const v1::AdmitRequest& request, v1::AdmitResponse& response,
               const Abandoned& abandoned = NeverAbandoned) {
    return AdmitBy(admitter, request, response, abandoned);
  }

  // Waits for the answer.
  static Status AdmitBy(Admitter& admitter, const v1::AdmitRequest& request,
                        v1::AdmitResponse& response, const Abandoned& abandoned = NeverAbandoned) {
    std::promise<Status> answered;
    admitter.Admit(request, response, abandoned,
                   [&](const Status& status) { answered.set_value(status); });
    return answered.get_future().get();
  }

  std::string Enqueue(const std::string& agent_id, int32_t max_deliveries = 0,
                      const std::string& payload = "{}") {
    storage::NewCommand command;
    command.command_id = NewUuid(clock.Now());
    command.agent_id = agent_id;
    command.type = "print";
    command.payload_json = payload;
    command.max_deliveries = max_deliveries;
    command.create_time = clock.Now();
    command.expire_time = clock.Now() + std::chrono::hours(1);
    Require(store.EnqueueCommand(command, 1'000'000).ok());
    return command.command_id;
  }

  storage::CommandState StateOf(const std::string& command_id) {
    return store.GetCommand(command_id)->state;
  }

  // Whether the metrics have this line.
  bool Shows(const std::string& line) {
    return metrics_registry.Render().find(line + "\n") != std::string::npos;
  }

  // A link whose stream has just opened.
  LinkedGatewayUnderTest OpenLink() {
    LinkedGatewayUnderTest gateway;
    gateway.outlet = std::make_shared<RecordingOutlet>();
    gateway.link = std::make_shared<Link>(parts, gateway.outlet, "test");
    Require(links.Adopt(gateway.link));
    return gateway;
  }

  // A link that has said Hello and was welcomed.
  LinkedGatewayUnderTest JoinedLink(const std::vector<storage::HeldSession>& held = {},
                                    const std::string& gateway_id = "g1") {
    LinkedGatewayUnderTest gateway = OpenLink();
    gateway.link->Receive(HelloOf(held, gateway_id));
    Settle();
    return gateway;
  }

  static v1::GatewayMessage HelloOf(const std::vector<storage::HeldSession>& held,
                                    const std::string& gateway_id = "g1",
                                    int64_t repeats_through = 0) {
    v1::GatewayMessage message;
    v1::Hello& hello = *message.mutable_hello();
    hello.set_gateway_id(gateway_id);
    hello.set_repeats_through(repeats_through);
    for (const storage::HeldSession& session : held) {
      v1::Hello::HeldSession& added = *hello.add_sessions();
      SetFence(session.fence, added);
      for (const std::string& id : session.unacknowledged_command_ids) {
        added.add_unacknowledged_command_ids(id);
      }
    }
    return message;
  }

  static v1::GatewayMessage OpenedOf(int64_t sequence, const storage::Fence& fence) {
    v1::GatewayMessage message;
    message.set_sequence(sequence);
    SetFence(fence, *message.mutable_session_opened());
    return message;
  }

  static v1::GatewayMessage ClosedOf(int64_t sequence, const storage::Fence& fence,
                                     const std::vector<std::string>& written = {}) {
    v1::GatewayMessage message;
    message.set_sequence(sequence);
    v1::SessionClosed& closed = *message.mutable_session_closed();
    SetFence(fence, closed);
    closed.set_reason(v1::PEER_GONE);
    closed.mutable_written()->mutable_command_ids()->Assign(written.begin(), written.end());
    return message;
  }

  v1::GatewayMessage AckOf(int64_t sequence, const storage::Fence& fence,
                           const std::string& command_id, int64_t ordinal,
                           v1::CommandAck::Outcome outcome = v1::CommandAck::COMPLETED) const {
    v1::GatewayMessage message;
    message.set_sequence(sequence);
    v1::CommandAck& ack = *message.mutable_command_ack();
    SetFence(fence, ack);
    ack.set_command_id(command_id);
    ack.set_outcome(outcome);
    ack.set_ordinal(ordinal);
    SetTime(clock.Now(), *ack.mutable_time());
    return message;
  }

  v1::GatewayMessage WrittenOf(const storage::Fence& fence, const std::string& command_id) const {
    v1::GatewayMessage message;
    v1::CommandWritten& written = *message.mutable_command_written();
    written.set_agent_id(fence.agent_id);
    written.set_session_id(fence.session_id);
    written.set_command_id(command_id);
    SetTime(clock.Now(), *written.mutable_time());
    return message;
  }

  v1::GatewayMessage RefusalOf(int64_t sequence, const std::string& refusal_id,
                               int64_t count) const {
    v1::GatewayMessage message;
    message.set_sequence(sequence);
    v1::Refusal& refusal = *message.mutable_refusal();
    refusal.set_refusal_id(refusal_id);
    refusal.set_reason(v1::SECRET_MISMATCH);
    refusal.set_count(count);
    SetTime(clock.Now(), *refusal.mutable_create_time());
    SetTime(clock.Now(), *refusal.mutable_last_time());
    return message;
  }

  template <class Message>
  static void SetFence(const storage::Fence& fence, Message& message) {
    message.set_agent_id(fence.agent_id);
    message.set_session_id(fence.session_id);
    message.set_epoch(fence.epoch);
  }

  static void Require(bool ok) {
    if (!ok) std::abort();  // the test itself is wrong
  }

  const RegistrySettings settings;
  ManualClock clock{*ParseTime("2026-01-31T09:15:00Z")};
  storage::MemoryStore store;
  MetricsRegistry metrics_registry;
  const Vault vault{Secret(std::string(32, 'k'))};
  const AdmissionPolicy policy = MakeAdmissionPolicy(settings, vault);
  RegistryMetrics metrics{metrics_registry};
  CommandSignals signals;
  EventSignals event_signals;
  SessionDirectory directory;
  PendingAdmissions pending;
  UnansweredSyncs unanswered;
  AwaitedSessions awaited{parts};
  Peers peers;
  LinkTable links;
  const RegistryParts parts{settings,      store,     clock,      metrics,    signals,
                            event_signals, directory, pending,    unanswered, awaited,
                            peers,         links,     dispatcher, pool};
  Dispatcher dispatcher{parts};
  Control control{parts};
  const Authenticator authenticator{parts, policy};
  Admitter admitter{parts, authenticator};
  Syncer syncer{parts, authenticator};
  Acknowledger acknowledger{parts, authenticator};
  Sweeper sweeper{parts};
  WorkerPool pool{"test", static_cast<size_t>(settings.registry_workers), 1000};
};

}  // namespace edgeplane::registry
