// A caller of the operator's API: one channel, one token, a deadline for every
// call, and failures as outcomes.
#pragma once

#include <grpcpp/client_context.h>

#include <memory>
#include <optional>

#include "base/secret.h"
#include "cli/invocation.h"
#include "cli/outcome.h"
#include "edgeplane/v1/admin_service.grpc.pb.h"

namespace edgeplane::cli {

// For one thread. Connects at the first call.
class Client {
 public:
  using Stub = v1::AdminService::StubInterface;

  explicit Client(const Invocation& invocation) : invocation_(invocation) {}
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Settings, token and channel; nothing is sent. Nothing when all is well.
  // Calls do it by themselves; use it to fail before something is prepared.
  [[nodiscard]] std::optional<Outcome> Prepare();

  // One unary call: Call(&Client::Stub::GetAgent, request, response). Nothing
  // when it succeeded.
  template <class Request, class Response>
  [[nodiscard]] std::optional<Outcome> Call(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                         const Request&, Response*),
                                            const Request& request, Response& response) {
    if (std::optional<Outcome> failure = CheckText(request)) return failure;
    if (std::optional<Outcome> failure = Prepare()) return failure;
    grpc::ClientContext context;
    PrepareContext(context, settings_.timeout);
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (status.ok()) return std::nullopt;
    return Explain(status);
  }

  // Calls do this by themselves, too: nothing when the text of the request can be
  // sent, a usage error that names the option otherwise.
  [[nodiscard]] std::optional<Outcome> CheckText(const google::protobuf::Message& request) const;

  // For streams. Only after Prepare.
  [[nodiscard]] Stub& stub() { return *stub_; }
  void PrepareContext(grpc::ClientContext& context, Duration deadline) const;
  [[nodiscard]] Outcome Explain(const grpc::Status& status) const;
  [[nodiscard]] Duration timeout() const { return settings_.timeout; }

 private:
  std::optional<Outcome> ReadToken();

  const Invocation& invocation_;
  ClientSettings settings_;
  Secret token_;
  std::unique_ptr<Stub> stub_;
};

// Overwrites the values of the fields that are marked sensitive, so that they
// do not stay in freed memory.
void WipeSensitive(google::protobuf::Message& message);

// A message that is wiped whichever way the command ends.
template <class Message>
struct Wiped {
  Message message;
  ~Wiped() { WipeSensitive(message); }
};

}  // namespace edgeplane::cli
