// The stream under a link: moves messages between gRPC and the link, and keeps
// what waits to be sent within its bounds. A gateway that is told to end a session
// hears of it before the deliveries that wait. Reactions never block.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "edgeplane/v1/agent_registry.pb.h"
#include "services/registry/link_outlet.h"
#include "services/registry/registry_parts.h"

namespace edgeplane::registry {

class Link;

class LinkReactor final : public grpc::ServerBidiReactor<v1::GatewayMessage, v1::RegistryMessage>,
                          public LinkOutlet {
 public:
  // For the handler of the call. The reactor owns itself until gRPC is done with
  // it, and is finished in any case: by its link, by the peer, or by
  // LinkTable::CloseAll.
  static grpc::ServerBidiReactor<v1::GatewayMessage, v1::RegistryMessage>* Start(
      const RegistryParts& parts, grpc::CallbackServerContext* context);

  LinkReactor(const RegistryParts& parts, grpc::CallbackServerContext* context);

  bool Send(v1::RegistryMessage message) override;
  bool HasRoom() override;
  void ResumeReading() override;
  void End(const Status& status) override;
  void Cancel() override;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  struct Waiting {
    v1::RegistryMessage message;
    size_t bytes;
  };

  void Read();
  void WriteNext();
  void FinishIfIdle();
  size_t WaitingCount() const { return directions_.size() + deliveries_.size(); }
  bool FitsDelivery() const;
  std::shared_ptr<Link> link();

  const RegistryParts& parts_;
  const size_t count_max_;
  const size_t bytes_max_;

  std::mutex mutex_;
  grpc::CallbackServerContext* context_;  // null once gRPC is done
  std::shared_ptr<LinkReactor> self_;     // until gRPC is done
  std::shared_ptr<Link> link_;            // until gRPC is done
  v1::GatewayMessage incoming_;           // of the read under way
  // What directs goes before what is delivered, in order each.
  std::deque<Waiting> directions_;
  std::deque<Waiting> deliveries_;
  size_t waiting_bytes_ = 0;        // of both
  std::optional<Waiting> writing_;  // the one under way
  bool resting_ = false;            // no read under way, and none wanted
  bool resume_ = false;             // a read is wanted as soon as this one's reaction is over
  bool room_wanted_ = false;
  bool ending_ = false;
  bool finished_ = false;
  grpc::Status status_;
};

}  // namespace edgeplane::registry
