#include "gateway/registry_client.h"

#include "base/timestamp.h"
#include "gateway/gateway_metrics.h"
#include "gateway/link_outbox.h"
#include "gateway/registry_calls.h"
#include "gateway/registry_link.h"

namespace edgeplane::gateway {

RegistryClient::RegistryClient(const std::string& gateway_id,
                               std::vector<RegistryDialer> registries, const Clock& clock,
                               GatewayMetrics& metrics)
    : link_(std::make_unique<RegistryLink>(gateway_id, std::move(registries), clock, metrics)),
      calls_(std::make_unique<RegistryCalls>(*link_)) {}

RegistryClient::~RegistryClient() { Stop(Duration(0)); }

void RegistryClient::Start() { link_->Start(); }
bool RegistryClient::WaitUntilLinked(Duration timeout) { return link_->WaitUntilLinked(timeout); }
bool RegistryClient::linked() const { return link_->linked(); }

bool RegistryClient::holds() const { return link_->holds(); }
bool RegistryClient::lease_ends() const { return link_->lease_ends(); }
int64_t RegistryClient::lease_losses() const { return link_->lease_losses(); }

bool RegistryClient::Stop(Duration timeout) {
  const bool all_told = link_->Stop(timeout);
  calls_->WaitUntilOver();
  return all_told;
}

int64_t RegistryClient::WhenTold(const std::string& agent_id, std::function<void()> told) {
  return link_->WhenTold(agent_id, std::move(told));
}
void RegistryClient::Forget(int64_t wait) { link_->Forget(wait); }

void RegistryClient::SessionOpened(const SessionKey& key, std::weak_ptr<SessionSink> sink) {
  std::optional<v1::Disconnect> ended;
  link_->Tell([&](LinkOutbox& outbox) { ended = outbox.Opened(key, sink); });
  const std::shared_ptr<SessionSink> session = sink.lock();
  if (ended && session != nullptr) session->OnEnd(*ended);
}

void RegistryClient::SessionClosed(const SessionKey& key, v1::Disconnect reason,
                                   const UnansweredCommands& written) {
  const Time now = link_->clock().Now();
  link_->Tell([&](LinkOutbox& outbox) { outbox.Closed(key, reason, written, now); });
}

void RegistryClient::Acknowledged(const SessionKey& key, AckReport report) {
  v1::GatewayMessage message;
  v1::CommandAck& ack = *message.mutable_command_ack();
  ack.set_agent_id(key.agent_id);
  ack.set_session_id(key.session_id);
  ack.set_epoch(key.epoch);
  ack.set_command_id(std::move(report.command_id));
  ack.set_outcome(report.outcome);
  ack.set_status(std::move(report.status));
  ack.set_error(std::move(report.error));
  ack.set_result_json(std::move(report.result_json));
  SetTime(report.time, *ack.mutable_time());
  ack.set_ordinal(report.ordinal);
  bool cut = false;
  link_->Tell([&](LinkOutbox& outbox) {
    cut = outbox.scarce() && !ack.result_json().empty();
    if (cut) ack.clear_result_json();
    outbox.Add(std::move(message));
  });
  if (cut) link_->metrics().ReportDropped(DroppedReport::kResult);
}

void RegistryClient::Written(const SessionKey& key, const std::string& command_id) {
  v1::GatewayMessage message;
  v1::CommandWritten& written = *message.mutable_command_written();
  written.set_agent_id(key.agent_id);
  written.set_session_id(key.session_id);
  written.set_command_id(command_id);
  SetTime(link_->clock().Now(), *written.mutable_time());
  link_->Tell([&](LinkOutbox& outbox) { outbox.AddPassing(std::move(message)); });
}

void RegistryClient::ConfigWritten(const SessionKey& key, int64_t version) {
  v1::GatewayMessage message;
  v1::ConfigWritten& written = *message.mutable_config_written();
  written.set_agent_id(key.agent_id);
  written.set_session_id(key.session_id);
  written.set_epoch(key.epoch);
  written.set_version(version);
  link_->Tell([&](LinkOutbox& outbox) { outbox.Add(std::move(message)); });
}

void RegistryClient::EventHappened(const SessionKey& key, v1::ReportedEvent event,
                                   std::string id_json) {
  v1::GatewayMessage message;
  v1::EventReported& reported = *message.mutable_event();
  reported.set_agent_id(key.agent_id);
  reported.set_session_id(key.session_id);
  *reported.mutable_event() = std::move(event);
  SetTime(link_->clock().Now(), *reported.mutable_time());
  AddUnlessScarce(std::move(message), DroppedReport::kEvent, std::move(id_json));
}

void RegistryClient::StatusSaid(const SessionKey& key, std::string status_json) {
  v1::GatewayMessage message;
  v1::StatusReported& reported = *message.mutable_status();
  reported.set_agent_id(key.agent_id);
  reported.set_session_id(key.session_id);
  reported.set_status_json(std::move(status_json));
  SetTime(link_->clock().Now(), *reported.mutable_time());
  AddUnlessScarce(std::move(message), DroppedReport::kStatus, {});
}

void RegistryClient::SyncUnanswered(const std::string& agent_id, const std::string& sync_id) {
  v1::GatewayMessage message;
  message.mutable_sync_unanswered()->set_agent_id(agent_id);
  message.mutable_sync_unanswered()->set_sync_id(sync_id);
  AddUnlessScarce(std::move(message), DroppedReport::kSyncUnanswered, {});
}

void RegistryClient::Refused(const v1::Refusal& refusal) {
  v1::GatewayMessage message;
  *message.mutable_refusal() = refusal;
  AddUnlessScarce(std::move(message), DroppedReport::kRefusal, {});
}

void RegistryClient::AddUnlessScarce(v1::GatewayMessage message, DroppedReport kind,
                                     std::string event_id_json) {
  bool dropped = false;
  link_->Tell([&](LinkOutbox& outbox) {
    dropped = outbox.scarce();
    if (!dropped) outbox.Add(std::move(message), std::move(event_id_json));
  });
  if (dropped) link_->metrics().ReportDropped(kind);
}

bool RegistryClient::Congested() const { return link_->congested(); }

}  // namespace edgeplane::gateway
