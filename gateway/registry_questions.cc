// RegistryClient: the questions, each one unary call.
#include <utility>

#include "gateway/link_outbox.h"
#include "gateway/registry_calls.h"
#include "gateway/registry_client.h"
#include "gateway/registry_link.h"

namespace edgeplane::gateway {

namespace {

using Stub = v1::AgentRegistry::StubInterface::async_interface;

NoDecision Empty() {
  return NoDecision{"The registry's answer holds no decision.", v1::REGISTRY_UNAVAILABLE,
                    /*may_have_acted=*/true};
}

void Fill(v1::Caller& target, const std::string& gateway_id, Caller caller) {
  target.set_gateway_id(gateway_id);
  target.set_agent_id(std::move(caller.agent_id));
  target.set_bearer(std::string(caller.bearer.Reveal()));
  target.set_peer_address(std::move(caller.peer_address));
}

}  // namespace

void RegistryClient::Admit(Caller caller, Duration timeout, Done<AdmitAnswer> done) {
  v1::AdmitRequest request;
  request.set_gateway_id(link_->gateway_id());
  request.set_agent_id(caller.agent_id);
  request.set_bearer(std::string(caller.bearer.Reveal()));
  request.set_peer_address(std::move(caller.peer_address));
  const auto answered = [this, agent_id = caller.agent_id, asked_over = link_->generation(),
                         done = std::move(done)](std::optional<NoDecision> failure,
                                                 v1::AdmitResponse& response) {
    SessionKey key{agent_id, response.admitted().session_id(), response.admitted().epoch()};
    const bool admitted = !failure && response.has_admitted();
    bool held = false;
    link_->Tell([&](LinkOutbox& outbox) {
      held = outbox.Answered(agent_id, admitted ? &key : nullptr, link_->clock().Now());
    });
    if (failure) return done(*std::move(failure));
    if (response.has_refused()) return done(std::move(*response.mutable_refused()));
    if (!admitted) return done(Empty());
    // The registry of a newer link may not know of it, and give the agent to others.
    const bool relinked = link_->generation() != asked_over;
    if (held && relinked) SessionClosed(key, v1::UPGRADE_FAILED, UnansweredCommands());
    if (!held || relinked) return done(NoDecision{"The session was ended before it began."});
    done(std::move(key));
  };
  link_->Tell([&](LinkOutbox& outbox) { outbox.Asked(request.agent_id()); });
  calls_->Start(&Stub::Admit, std::move(request), timeout, answered);
}

void RegistryClient::Sync(Caller caller, v1::SyncRequest request, Duration timeout,
                          Done<SyncAnswer> done) {
  Fill(*request.mutable_caller(), link_->gateway_id(), std::move(caller));
  const auto answered = [done = std::move(done)](std::optional<NoDecision> failure,
                                                 v1::SyncResponse& response) {
    if (failure) return done(*std::move(failure));
    if (response.has_refused()) return done(std::move(*response.mutable_refused()));
    if (response.has_result()) return done(std::move(*response.mutable_result()));
    done(Empty());
  };
  calls_->Start(&Stub::Sync, std::move(request), timeout, answered);
}

void RegistryClient::Acknowledge(Caller caller, v1::AcknowledgeRequest request, Duration timeout,
                                 Done<AcknowledgeAnswer> done) {
  Fill(*request.mutable_caller(), link_->gateway_id(), std::move(caller));
  const auto answered = [done = std::move(done)](std::optional<NoDecision> failure,
                                                 v1::AcknowledgeResponse& response) {
    if (failure) return done(*std::move(failure));
    if (response.has_refused()) return done(std::move(*response.mutable_refused()));
    switch (response.verdict()) {
      case v1::AcknowledgeResponse::APPLIED:
      case v1::AcknowledgeResponse::COMMAND_UNKNOWN:
      case v1::AcknowledgeResponse::NOT_DELIVERED:
        return done(response.verdict());
      default:
        return done(Empty());
    }
  };
  calls_->Start(&Stub::Acknowledge, std::move(request), timeout, answered);
}

void RegistryClient::Register(RegisterQuestion question, Duration timeout,
                              Done<RegisterAnswer> done) {
  v1::RegisterRequest request;
  request.set_gateway_id(link_->gateway_id());
  request.set_peer_address(std::move(question.peer_address));
  request.set_user_phone(std::move(question.user_phone));
  request.set_registration_token(std::string(question.token.Reveal()));
  request.set_issue_secret(question.issue_secret);
  const auto answered = [done = std::move(done)](std::optional<NoDecision> failure,
                                                 v1::RegisterResponse& response) {
    if (failure) return done(*std::move(failure));
    if (response.has_refused()) return done(std::move(*response.mutable_refused()));
    if (!response.has_registered()) return done(Empty());
    v1::RegisterResponse::Registered& registered = *response.mutable_registered();
    Registered answer{registered.agent_id(), Secret::CopyOf(registered.secret())};
    Wipe(*registered.mutable_secret());
    done(std::move(answer));
  };
  calls_->Start(&Stub::Register, std::move(request), timeout, answered);
}

void RegistryClient::DescribeAgent(Caller caller, Duration timeout, Done<DescribeAnswer> done) {
  v1::DescribeAgentRequest request;
  request.set_gateway_id(link_->gateway_id());
  request.set_agent_id(std::move(caller.agent_id));
  request.set_bearer(std::string(caller.bearer.Reveal()));
  request.set_peer_address(std::move(caller.peer_address));
  const auto answered = [done = std::move(done)](std::optional<NoDecision> failure,
                                                 v1::DescribeAgentResponse& response) {
    if (failure) return done(*std::move(failure));
    if (response.has_refused()) return done(std::move(*response.mutable_refused()));
    if (response.has_description()) return done(std::move(*response.mutable_description()));
    if (response.has_unknown()) return done(AgentUnknown{});
    done(Empty());
  };
  calls_->Start(&Stub::DescribeAgent, std::move(request), timeout, answered);
}

}  // namespace edgeplane::gateway
