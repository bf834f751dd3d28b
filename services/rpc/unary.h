// A unary RPC as a plain function on a bounded pool: the reactor thread only
// queues it. A full queue answers SERVER_OVERLOADED; a call whose client has
// gone, or whose deadline has passed before its turn, is not run.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <utility>

#include "base/result.h"
#include "base/worker_pool.h"
#include "services/rpc/status.h"

namespace edgeplane::rpc {

// `body` is Status(const Request&, Response&). Request and response live until
// the reactor has finished, which is gRPC's promise. `finished` is
// void(grpc::StatusCode), called once, just before the answer goes out: for
// metrics.
template <class Request, class Response, class Body, class Finished>
grpc::ServerUnaryReactor* RunOnPool(WorkerPool& pool, grpc::CallbackServerContext* context,
                                    const Request* request, Response* response, Body body,
                                    Finished finished) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto finish = [reactor, finished](const grpc::Status& status) {
    finished(status.error_code());
    reactor->Finish(status);
  };
  const bool accepted =
      pool.TrySubmit([context, finish, request, response, body = std::move(body)]() mutable {
        if (context->IsCancelled()) {
          finish(grpc::Status(grpc::StatusCode::CANCELLED, "The caller has gone."));
          return;
        }
        const Status status = body(*request, *response);
        finish(status.ok() ? grpc::Status::OK : ToGrpcStatus(status.error()));
      });
  if (!accepted) {
    finish(ToGrpcStatus(
        MakeError(v1::ErrorReason::SERVER_OVERLOADED,
                  "The server has more calls waiting than it can hold; try again in a moment.")));
  }
  return reactor;
}

template <class Request, class Response, class Body>
grpc::ServerUnaryReactor* RunOnPool(WorkerPool& pool, grpc::CallbackServerContext* context,
                                    const Request* request, Response* response, Body body) {
  return RunOnPool(pool, context, request, response, std::move(body), [](grpc::StatusCode) {});
}

}  // namespace edgeplane::rpc
