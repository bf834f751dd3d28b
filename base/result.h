// How a layer below the gRPC faces says that something failed.
//
// An Error's reason is the value of the API's own vocabulary
// (proto/edgeplane/v1/error_reason.proto), so there is one error table from the
// store to the wire. Exceptions are for program start only.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "edgeplane/v1/error_reason.pb.h"

namespace edgeplane {

using ErrorCode = v1::ErrorReason::Code;

// One field of a request that is not as it must be.
struct FieldViolation {
  std::string field;        // path, for example "agent.user_phone"
  std::string description;  // one sentence
};

struct [[nodiscard]] Error {
  ErrorCode code = v1::ErrorReason::INTERNAL;
  std::string message;  // one sentence for a person: what, and what to do; no secrets
  std::vector<FieldViolation> violations;
};

inline Error MakeError(ErrorCode code, std::string message) {
  return Error{code, std::move(message), {}};
}

// A T or an Error. Cannot be dropped unread by accident.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  [[nodiscard]] T& value() {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const {
    assert(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace edgeplane
