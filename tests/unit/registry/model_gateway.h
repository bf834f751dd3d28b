// A gateway and its agents as the protocol has them, in one thread: sessions
// that open and close, commands that are written, executed and answered or not,
// a link that breaks, reports that are repeated until they are confirmed, and
// agents that poll, also while they are connected.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/registry/model_poller.h"
#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {

class ModelGateway {
 public:
  ModelGateway(RegistryHarness& h, std::string id, std::vector<std::string> agents, uint64_t seed)
      : h_(h),
        id_(std::move(id)),
        agents_(std::move(agents)),
        random_(seed),
        poller_(
            h, random_,
            [this](const std::string& agent, const std::string& sync_id) {
              ReportUnanswered(agent, sync_id);
            },
            [this](const std::string& command_id) { ++executed_[command_id]; }) {}
  ~ModelGateway() { Break(); }

  // One thing that may happen to a gateway.
  void Step(bool calm) {
    Listen();
    if (gateway_.link == nullptr) return Connect();
    const std::string& agent = agents_[random_() % agents_.size()];
    const uint64_t dice = random_() % 100;
    if (!calm && dice < 3) return Break();
    if (!calm && dice < 6) return Close(agent);
    if (dice < 12) return poller_.Sync(agent, calm);
    if (dice < 20) return poller_.Answer(agent);
    if (dice < 22) return h_.clock.Advance(Duration(1));
    if (!sessions_.contains(agent)) return Open(agent);
    if (!sessions_[agent].open) return CompleteUpgrade(sessions_[agent]);
    if (dice < 60) return Write(agent);
    Answer(agent);
  }

  // How often each command was executed.
  [[nodiscard]] const std::map<std::string, int>& executed() const { return executed_; }

 private:
  struct Session {
    storage::Fence fence;
    std::deque<std::string> unwritten;
    std::deque<std::string> unanswered;
    std::set<std::string> unacknowledged;  // both
    int64_t ordinal = 0;
    bool open = false;
  };

  void Connect() {
    gateway_ = h_.OpenLink();
    welcomed_ = false;
    repeats_through_ = reports_.empty() ? 0 : last_sequence_;
    sent_ = 0;
    std::vector<storage::HeldSession> held;
    for (const auto& [agent, session] : sessions_) {
      held.push_back(
          {session.fence, {session.unacknowledged.begin(), session.unacknowledged.end()}});
    }
    v1::GatewayMessage hello = RegistryHarness::HelloOf(held, id_, repeats_through_);
    for (v1::Hello::HeldSession& session : *hello.mutable_hello()->mutable_sessions()) {
      session.set_not_open(!sessions_[session.agent_id()].open);
    }
    gateway_.link->Receive(std::move(hello));
    Speak();
  }

  void Break() {
    if (gateway_.link == nullptr) return;
    gateway_.link->End({});
    h_.links.Release(gateway_.link.get());
    gateway_ = {};
  }

  void Listen() {
    if (gateway_.link == nullptr) return;
    for (const v1::RegistryMessage& message : gateway_.outlet->Take()) {
      if (message.has_welcome()) welcomed_ = true;
      if (message.has_confirm()) Confirm(message.confirm().sequence());
      if (message.has_deliver()) Take(message.deliver());
      if (message.has_end_session()) {
        const auto it = sessions_.find(message.end_session().agent_id());
        if (it != sessions_.end() &&
            it->second.fence.session_id == message.end_session().session_id()) {
          Close(it->first);
        }
      }
    }
    if (gateway_.outlet->status()) return Break();
    Speak();
  }

  void Confirm(int64_t sequence) {
    while (!reports_.empty() && reports_.front().sequence() <= sequence) {
      reports_.pop_front();
      --sent_;
    }
  }

  void Take(const v1::Deliver& deliver) {
    const auto it = sessions_.find(deliver.agent_id());
    if (it == sessions_.end() || it->second.fence.session_id != deliver.session_id()) return;
    EXPECT_TRUE(it->second.open) << "nobody is there to take it";
    it->second.unwritten.push_back(deliver.command_id());
    it->second.unacknowledged.insert(deliver.command_id());
  }

  void Open(const std::string& agent) {
    v1::AdmitRequest request;
    request.set_gateway_id(id_);
    request.set_agent_id(agent);
    request.set_bearer(std::string(64, 'a'));
    v1::AdmitResponse response;
    if (!h_.Admit(request, response).ok() || !response.has_admitted()) return;
    Session session;
    session.fence = {agent, response.admitted().session_id(), response.admitted().epoch()};
    sessions_[agent] = std::move(session);
  }

  void CompleteUpgrade(Session& session) {
    session.open = true;
    Report(RegistryHarness::OpenedOf(0, session.fence));
  }

  void Close(const std::string& agent) {
    const auto it = sessions_.find(agent);
    if (it == sessions_.end()) return;
    Report(RegistryHarness::ClosedOf(0, it->second.fence,
                                     {it->second.unanswered.begin(), it->second.unanswered.end()}));
    // What the connection brought may be answered on the other channel.
    for (const std::string& id : it->second.unanswered) {
      if (random_() % 2 == 0) poller_.Hold(agent, id);
    }
    sessions_.erase(it);
  }

  void ReportUnanswered(const std::string& agent, const std::string& sync_id) {
    v1::GatewayMessage message;
    message.mutable_sync_unanswered()->set_agent_id(agent);
    message.mutable_sync_unanswered()->set_sync_id(sync_id);
    Report(std::move(message));
  }

  void Write(const std::string& agent) {
    Session& session = sessions_[agent];
    if (session.unwritten.empty()) return;
    const std::string id = session.unwritten.front();
    session.unwritten.pop_front();
    session.unanswered.push_back(id);
    ++executed_[id];
    gateway_.link->Receive(h_.WrittenOf(session.fence, id));
  }

  void Answer(const std::string& agent) {
    Session& session = sessions_[agent];
    if (session.unanswered.empty()) return;
    const std::string id = session.unanswered.front();
    session.unanswered.pop_front();
    session.unacknowledged.erase(id);
    Report(h_.AckOf(0, session.fence, id, ++session.ordinal));
  }

  void Report(v1::GatewayMessage message) {
    message.set_sequence(++last_sequence_);
    reports_.push_back(std::move(message));
    Speak();
  }

  // Before Welcome only what Hello announced. The inbox's bound is not minded:
  // there is no more to say than it takes.
  void Speak() {
    if (gateway_.link == nullptr) return;
    for (; sent_ < static_cast<int64_t>(reports_.size()); ++sent_) {
      const v1::GatewayMessage& report = reports_[static_cast<size_t>(sent_)];
      if (!welcomed_ && report.sequence() > repeats_through_) return;
      gateway_.link->Receive(report);
    }
  }

  RegistryHarness& h_;
  const std::string id_;
  const std::vector<std::string> agents_;
  std::mt19937_64 random_;
  LinkedGatewayUnderTest gateway_;
  bool welcomed_ = false;
  std::map<std::string, Session> sessions_;
  std::deque<v1::GatewayMessage> reports_;  // not confirmed yet
  int64_t sent_ = 0;                        // of these
  int64_t last_sequence_ = 0;
  int64_t repeats_through_ = 0;
  std::map<std::string, int> executed_;
  ModelPoller poller_;
};

}  // namespace edgeplane::registry
