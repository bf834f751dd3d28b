// One gateway's link, apart from the stream it runs over.
//
// What must survive is processed strictly in the order it came, by one task at a
// time on the pool, in batches: whatever waits when the task comes round. A
// batch is confirmed when all of it is durable. If the store fails, nothing is
// confirmed and the link ends; the gateway reconnects and repeats, and
// everything here may be done twice: acknowledgements are known by their
// ordinal, refusals by their count, sessions by their epoch.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "services/registry/gateway_gate.h"
#include "services/registry/link_batch.h"
#include "services/registry/link_outlet.h"
#include "services/registry/registry_parts.h"
#include "storage/store.h"

namespace edgeplane::registry {

// Thread safe, but Receive is called by one thread at a time.
class Link : public std::enable_shared_from_this<Link> {
 public:
  // `peer` is for the log.
  Link(const RegistryParts& parts, std::shared_ptr<LinkOutlet> outlet, std::string peer);

  // --- for the stream; nothing here blocks --------------------------------

  // False: read no more until ResumeReading (or never, if the link has ended).
  bool Receive(v1::GatewayMessage message);
  // There is room for deliveries again.
  void RoomAgain();

  // --- for the registry ---------------------------------------------------

  // False when the message will not arrive.
  bool Send(v1::RegistryMessage message);
  // Whether deliveries may be sent; if not, the agent is woken once they may.
  bool HasRoomFor(const std::string& agent_id);
  // Ends the link, from either side. The first call counts.
  void End(const Status& status);
  void Cancel() { outlet_->Cancel(); }

  [[nodiscard]] bool open() const;
  // Whether what the gateway holds has been compared with the store.
  [[nodiscard]] bool welcomed() const;
  [[nodiscard]] bool IsSilentSince(Time before) const;
  // Whether it was welcomed and has not renewed its lease since.
  [[nodiscard]] bool IsLapsedSince(Time before) const;
  // Which of the gateway's links this is; 0 until the store has said.
  [[nodiscard]] int64_t number() const;
  // Empty until Hello.
  [[nodiscard]] std::string gateway_id() const;
  // Only of a link that has said Hello.
  [[nodiscard]] const std::shared_ptr<GatewayGate>& gate() const { return gate_; }

 private:
  void Schedule();
  void RunBatch();
  // What a link begins with: Hello, and the sessions that follow it. Takes them
  // off the front of `messages`.
  Status TakeIntroduction(std::span<const v1::GatewayMessage>& messages);
  Status Introduce(const v1::Hello& hello);
  Status Hold(const google::protobuf::RepeatedPtrField<v1::Hello::HeldSession>& sessions);
  void Settle(LinkBatch batch);
  std::vector<storage::SessionEnd> NoteSessions(LinkBatch batch);
  void EndSessions(std::vector<storage::SessionEnd> ends);
  void FinishBatch();
  Status Join();
  void EnterThroughGate(const storage::Fence& fence);
  void EnterSession(const storage::Fence& fence);
  void Fail(const FailedCall& failure);
  // One at a time; what comes meanwhile is answered with the next.
  void WantRenewal(int64_t number);
  void RenewLease();
  void Written(const v1::CommandWritten& written);

  const RegistryParts& parts_;
  const std::shared_ptr<LinkOutlet> outlet_;
  const std::string peer_;

  mutable std::mutex mutex_;
  std::vector<v1::GatewayMessage> inbox_;
  size_t inbox_bytes_ = 0;
  bool running_ = false;  // a batch is scheduled or under way
  bool paused_ = false;   // the stream was told to read no more
  bool ended_ = false;
  bool welcomed_ = false;
  Time last_message_time_;
  Time lease_time_;  // when it was last renewed
  int64_t number_ = 0;
  int64_t renewal_wanted_ = 0;  // the gateway's number for it; 0: none
  bool renewing_ = false;
  std::string gateway_id_;
  std::set<std::string> waiting_for_room_;  // agents

  // Of the task that runs the batches, and of nobody else.
  bool introduced_ = false;            // Hello has been taken
  bool sessions_follow_ = false;       // and did not name all that the gateway holds
  std::shared_ptr<GatewayGate> gate_;  // set once, before the directory knows the link
  int64_t repeats_through_ = 0;
  int64_t hello_link_ = 0;  // the gateway's number for this link
  int64_t last_sequence_ = 0;
  int64_t confirmed_sequence_ = 0;
  // Until the sessions are reconciled: those the gateway holds, by id.
  struct Joining {
    storage::HeldSession held;
    // False: nothing is delivered to it before SessionOpened.
    bool opened = true;
  };
  std::map<std::string, Joining> joining_;
  bool joined_ = false;
};

}  // namespace edgeplane::registry
