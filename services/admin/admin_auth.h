// Who may call the operator's API: bearers of an admin token.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/store.h"

namespace edgeplane::admin {

// Thread safe. Knows the hashes of the tokens, never a token.
class AdminAuth {
 public:
  // Reads the tokens of the store; again after they have changed. Until the
  // first success every call is refused.
  Status Load(storage::FleetStore& store);

  // `authorization` is the value of that metadata, as the caller sent it
  // ("Bearer ep_.."). Gives the token's name. TOKEN_REQUIRED when it is not that of a
  // token, or empty; ROLE_INSUFFICIENT when the token's role is not "admin".
  [[nodiscard]] Result<std::string> Check(std::string_view authorization) const;
  // The same of a token on its own.
  [[nodiscard]] Result<std::string> CheckToken(std::string_view token) const;

 private:
  using Tokens = std::vector<storage::AdminToken>;

  [[nodiscard]] std::shared_ptr<const Tokens> Snapshot() const;

  mutable std::mutex mutex_;
  std::shared_ptr<const Tokens> tokens_ = std::make_shared<Tokens>();
};

}  // namespace edgeplane::admin
