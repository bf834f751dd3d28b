// The unary calls behind a RegistryClient: one way to make every one of them, to the
// registry that has the link, with a deadline, and to know when all are over.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "edgeplane/v1/agent_registry.grpc.pb.h"
#include "gateway/registry_client.h"
#include "gateway/registry_link.h"

namespace edgeplane::gateway {

// Thread safe.
class RegistryCalls {
 public:
  // `link` must outlive this.
  explicit RegistryCalls(const RegistryLink& link) : link_(link) {}
  ~RegistryCalls() { WaitUntilOver(); }
  RegistryCalls(const RegistryCalls&) = delete;
  RegistryCalls& operator=(const RegistryCalls&) = delete;

  template <class Request, class Response>
  using Method = void (v1::AgentRegistry::StubInterface::async_interface::*)(
      grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>);

  // `done(failure, response)` runs once, on another thread, within `timeout`;
  // `failure` is nothing when the registry has answered. The request's secret is
  // wiped before.
  template <class Request, class Response, class Done>
  void Start(Method<Request, Response> method, Request request, Duration timeout, Done done) {
    struct Call {
      Call(std::shared_ptr<RegistryLink::Stub> s, Request r, Done d)
          : registry(std::move(s)), request(std::move(r)), done(std::move(d)) {}
      const std::shared_ptr<RegistryLink::Stub> registry;
      grpc::ClientContext context;
      Request request;
      Response response;
      Done done;
    };
    auto call = std::make_shared<Call>(link_.registry(), std::move(request), std::move(done));
    call->context.set_deadline(std::chrono::system_clock::now() + timeout);
    Begin();
    Call& c = *call;
    (c.registry->async()->*method)(&c.context, &c.request, &c.response,
                                   [this, call = std::move(call)](const grpc::Status& s) mutable {
                                     WipeSecret(call->request);
                                     Finish(std::move(call->done), s, call->response);
                                     call.reset();
                                     End();
                                   });
  }

  // Every call has a deadline, so this ends.
  void WaitUntilOver();

 private:
  static void WipeSecret(v1::AdmitRequest& request) { Wipe(*request.mutable_bearer()); }
  static void WipeSecret(v1::DescribeAgentRequest& request) { Wipe(*request.mutable_bearer()); }
  static void WipeSecret(v1::RegisterRequest& request) {
    Wipe(*request.mutable_registration_token());
  }
  static void WipeSecret(v1::SyncRequest& request) {
    Wipe(*request.mutable_caller()->mutable_bearer());
  }
  static void WipeSecret(v1::AcknowledgeRequest& request) {
    Wipe(*request.mutable_caller()->mutable_bearer());
  }

  // `done` is gone when this returns: what it holds on to must not outlive the
  // gateway, which waits for End.
  template <class Done, class Response>
  static void Finish(Done done, const grpc::Status& status, Response& response) {
    done(FailureOf(status), response);
  }
  static std::optional<NoDecision> FailureOf(const grpc::Status& status);
  void Begin();
  void End();

  const RegistryLink& link_;
  std::mutex mutex_;
  std::condition_variable over_;
  size_t under_way_ = 0;
};

}  // namespace edgeplane::gateway
