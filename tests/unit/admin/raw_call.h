// Calls of methods that are only known by their names.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "tests/unit/admin/admin_fixture.h"

namespace edgeplane::admin {

// A call of any method with these bytes for a message, and its status.
inline grpc::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel,
                            const std::string& method, const std::string& bytes, bool authorized) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(Patience());
  if (authorized) context.AddMetadata("authorization", std::string("Bearer ") + kToken);
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, "/edgeplane.v1.AdminService/" + method, {}, &request, &response,
                 [&done](grpc::Status status) { done.set_value(std::move(status)); });
  return done.get_future().get();
}

}  // namespace edgeplane::admin
