#include "services/admin/admin_auth.h"

#include <utility>

#include "base/crypto.h"
#include "base/secret.h"
#include "services/rpc/bearer.h"

namespace edgeplane::admin {
namespace {

constexpr std::string_view kRoleAdmin = "admin";

Error TokenRequired(std::string why) {
  return MakeError(v1::ErrorReason::TOKEN_REQUIRED,
                   std::move(why) +
                       " Send the metadata `authorization: Bearer TOKEN` with an admin token; the "
                       "server keeps its first one in the file admin.token of its data directory.");
}

}  // namespace

Status AdminAuth::Load(storage::FleetStore& store) {
  Result<Tokens> tokens = store.ListAdminTokens();
  if (!tokens.ok()) return tokens.error();
  auto loaded = std::make_shared<const Tokens>(std::move(*tokens));
  const std::lock_guard lock(mutex_);
  tokens_ = std::move(loaded);
  return {};
}

Result<std::string> AdminAuth::Check(std::string_view authorization) const {
  if (authorization.empty()) return TokenRequired("The call carries no token.");
  const std::string_view token = rpc::BearerOf(authorization);
  if (token.empty()) return TokenRequired("The authorization metadata is not Bearer and a token.");
  return CheckToken(token);
}

Result<std::string> AdminAuth::CheckToken(std::string_view token) const {
  const std::string hash = Sha256(token);
  const std::shared_ptr<const Tokens> tokens = Snapshot();
  const storage::AdminToken* found = nullptr;
  // All of them, so that the time does not tell which one is close.
  for (const storage::AdminToken& known : *tokens) {
    if (ConstantTimeEquals(known.sha256, hash)) found = &known;
  }
  if (found == nullptr) return TokenRequired("The token is not known here.");
  if (found->role != kRoleAdmin) {
    return MakeError(v1::ErrorReason::ROLE_INSUFFICIENT,
                     "The token '" + found->name + "' has the role '" + found->role +
                         "', and this call needs the role 'admin'.");
  }
  return found->name;
}

std::shared_ptr<const AdminAuth::Tokens> AdminAuth::Snapshot() const {
  const std::lock_guard lock(mutex_);
  return tokens_;
}

}  // namespace edgeplane::admin
