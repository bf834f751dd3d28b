#include "gateway/registry_client.h"

#include <algorithm>

#include "base/timestamp.h"
#include "gateway/gateway_metrics.h"
#include "gateway/link_outbox.h"
#include "gateway/registry_link.h"

namespace edgeplane::gateway {

RegistryClient::RegistryClient(const std::string& gateway_id,
                               const std::shared_ptr<grpc::Channel>& channel, const Clock& clock,
                               GatewayMetrics& metrics)
    : link_(std::make_unique<RegistryLink>(gateway_id, channel, clock, metrics)) {}

RegistryClient::~RegistryClient() { link_->Stop(Duration(0)); }

void RegistryClient::Start() { link_->Start(); }
bool RegistryClient::WaitUntilLinked(Duration timeout) { return link_->WaitUntilLinked(timeout); }
bool RegistryClient::linked() const { return link_->linked(); }
bool RegistryClient::Stop(Duration timeout) { return link_->Stop(timeout); }

void RegistryClient::Admit(AdmitQuestion question, Duration timeout,
                           std::function<void(AdmitAnswer)> done) {
  auto call = std::make_shared<RegistryLink::AdmitCall>();
  call->context.set_deadline(std::chrono::system_clock::now() + timeout);
  call->request.set_gateway_id(link_->gateway_id());
  call->request.set_agent_id(std::move(question.agent_id));
  call->request.set_bearer(std::string(question.bearer.Reveal()));
  call->request.set_peer_address(std::move(question.peer_address));
  call->done = std::move(done);
  link_->Admit(std::move(call));
}

void RegistryClient::SessionOpened(const SessionKey& key, std::weak_ptr<SessionSink> sink) {
  link_->Tell([&](LinkOutbox& outbox) { outbox.Opened(key, std::move(sink)); });
}

void RegistryClient::SessionClosed(const SessionKey& key, v1::Disconnect reason,
                                   const std::optional<std::set<std::string>>& written) {
  v1::GatewayMessage message;
  v1::SessionClosed& closed = *message.mutable_session_closed();
  closed.set_agent_id(key.agent_id);
  closed.set_session_id(key.session_id);
  closed.set_epoch(key.epoch);
  closed.set_reason(reason);
  SetTime(link_->clock().Now(), *closed.mutable_time());
  if (written) {
    auto& ids = *closed.mutable_written()->mutable_command_ids();
    for (const std::string& id : *written) ids.Add(std::string(id));
  }
  link_->Tell([&](LinkOutbox& outbox) { outbox.Add(std::move(message)); });
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
  SetTime(report.time, *ack.mutable_time());
  ack.set_ordinal(report.ordinal);
  link_->Tell([&](LinkOutbox& outbox) { outbox.Add(std::move(message)); });
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

void RegistryClient::Refused(const v1::Refusal& refusal) {
  v1::GatewayMessage message;
  *message.mutable_refusal() = refusal;
  bool dropped = false;
  link_->Tell([&](LinkOutbox& outbox) {
    dropped = outbox.unconfirmed() > LinkOutbox::kReportsMax / 4 * 3;
    if (!dropped) outbox.Add(std::move(message));
  });
  if (dropped) link_->metrics().RefusalDropped();
}

bool RegistryClient::Congested() const {
  return link_->unconfirmed() > LinkOutbox::kReportsMax / 2;
}

}  // namespace edgeplane::gateway
