// A unary RPC as a plain function on a bounded pool: the reactor thread only
// queues it. A full queue answers SERVER_OVERLOADED; a call whose client has
// gone, or whose deadline has passed before its turn, is not run.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <utility>

#include "base/result.h"
#include "base/worker_pool.h"
#include "services/rpc/status.h"

namespace edgeplane::rpc {

// How a call is answered that goes on after its turn on the pool: once, on any thread.
using Finish = std::function<void(const Status&)>;

// `body` is void(const Request&, Response&, Finish). Request and response live until
// the reactor has finished, which is gRPC's promise. `finished` is
// void(grpc::StatusCode), called once, just before the answer goes out: for
// metrics.
template <class Request, class Response, class Body, class Finished>
grpc::ServerUnaryReactor* BeginOnPool(WorkerPool& pool, grpc::CallbackServerContext* context,
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
        body(*request, *response, [finish](const Status& status) {
          finish(status.ok() ? grpc::Status::OK : ToGrpcStatus(status.error()));
        });
      });
  if (!accepted) {
    finish(ToGrpcStatus(
        MakeError(v1::ErrorReason::SERVER_OVERLOADED,
                  "The server has more calls waiting than it can hold; try again in a moment.")));
  }
  return reactor;
}

// The usual call, which is answered when `body` returns: Status(const Request&,
// Response&).
template <class Request, class Response, class Body, class Finished>
grpc::ServerUnaryReactor* RunOnPool(WorkerPool& pool, grpc::CallbackServerContext* context,
                                    const Request* request, Response* response, Body body,
                                    Finished finished) {
  auto run = [body = std::move(body)](const Request& asked, Response& answer,
                                      const Finish& finish) mutable {
    finish(body(asked, answer));
  };
  return BeginOnPool(pool, context, request, response, std::move(run), std::move(finished));
}

template <class Request, class Response, class Body>
grpc::ServerUnaryReactor* RunOnPool(WorkerPool& pool, grpc::CallbackServerContext* context,
                                    const Request* request, Response* response, Body body) {
  return RunOnPool(pool, context, request, response, std::move(body), [](grpc::StatusCode) {});
}

}  // namespace edgeplane::rpc
