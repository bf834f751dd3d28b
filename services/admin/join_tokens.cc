#include "services/admin/join_tokens.h"

#include <chrono>
#include <string>
#include <utility>

#include "base/crypto.h"
#include "base/secret.h"
#include "base/uuid.h"
#include "services/admin/convert.h"
#include "services/admin/paging.h"
#include "services/admin/validation.h"
#include "services/registry/made_secret.h"

namespace edgeplane::admin {
namespace {

constexpr char kListName[] = "join tokens";
constexpr char kPrefix[] = "ejt_";
constexpr Duration kDefaultTtl = std::chrono::hours(24 * 7);

storage::JoinToken ToStored(const v1::CreateJoinTokenRequest& request, const Secret& text,
                            Time now) {
  storage::JoinToken token;
  token.join_token_id = NewUuid(now);
  token.sha256 = Sha256(text.Reveal());
  token.description = request.description();
  // Validated: digits, and at most one '+' before them.
  token.user_phone = request.user_phone().substr(request.user_phone().starts_with('+') ? 1 : 0);
  token.labels = {request.labels().begin(), request.labels().end()};
  token.max_uses = request.max_uses();
  token.create_time = now;
  token.expire_time = now + (request.has_ttl() ? FromProto(request.ttl()) : kDefaultTtl);
  return token;
}

}  // namespace

Result<v1::CreateJoinTokenResponse> JoinTokens::Create(const v1::CreateJoinTokenRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  const Secret text = registry::MakeRandomToken(kPrefix);
  const storage::JoinToken token = ToStored(request, text, clock_.Now());
  const auto created = store_.CreateJoinToken(token);
  if (!created.ok()) {
    Error error = created.error();
    if (error.code == v1::ErrorReason::STORE_IN_DOUBT) {
      error.message += " If the token was made, it is " + token.join_token_id +
                       ", and nobody has it: revoke that one and make another.";
    }
    return error;
  }
  v1::CreateJoinTokenResponse response;
  *response.mutable_join_token() = ToProto(*created);
  response.set_token(std::string(text.Reveal()));
  return response;
}

Result<v1::ListJoinTokensResponse> JoinTokens::List(const v1::ListJoinTokensRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  // There is no filter a page token could be bound to.
  const auto& no_filter = v1::ListJoinTokensRequest::default_instance();
  auto cursor = tokens_.Read(kListName, no_filter, request.page_token());
  if (!cursor.ok()) return cursor.error();

  v1::ListJoinTokensResponse response;
  auto next = FillPage(
      PageSizeOf(request.page_size()), std::move(*cursor),
      [this](const storage::PageRequest& page) { return store_.ListJoinTokens(page); },
      [](const storage::JoinToken& token) { return Result<v1::JoinToken>(ToProto(token)); },
      *response.mutable_join_tokens());
  if (!next.ok()) return next.error();
  if (*next) response.set_next_page_token(tokens_.Make(kListName, no_filter, **next));
  return response;
}

Result<v1::JoinToken> JoinTokens::Revoke(const v1::RevokeJoinTokenRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  const auto token = store_.RevokeJoinToken(CanonicalUuid(request.join_token_id()), clock_.Now());
  if (!token.ok()) return token.error();
  return ToProto(*token);
}

}  // namespace edgeplane::admin
