// The server reflection service, in both its versions, over one catalog.
//
// By hand, because loading gRPC's own library for it turns reflection on in
// every server of the process, with everything that is compiled in, and because
// that library knows v1alpha only.
#pragma once

#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"

namespace edgeplane::rpc {

// One stream asks at most so often, and so many are open at once; more is
// RESOURCE_EXHAUSTED.
inline constexpr int kReflectionQuestionsMax = 1'000;
inline constexpr int kReflectionStreamsMax = 64;

class Reflection {
 public:
  // `hosted`: fully qualified service names; health and reflection itself are
  // added to them.
  explicit Reflection(std::vector<std::string> hosted);
  ~Reflection();  // no stream may be open
  Reflection(const Reflection&) = delete;
  Reflection& operator=(const Reflection&) = delete;

  // v1alpha and v1: register each with the server's builder.
  [[nodiscard]] std::vector<grpc::Service*> services();
  // Ends the open streams with UNAVAILABLE, and every later one at once. Does
  // not wait for them. Idempotent.
  void Stop();

 private:
  class State;
  template <class Api>
  class Stream;
  template <class Api>
  class Face;
  struct Faces;

  std::shared_ptr<State> state_;
  std::unique_ptr<Faces> faces_;
};

}  // namespace edgeplane::rpc
