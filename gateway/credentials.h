// Who the agent says it is: read from the request, before anything is looked
// up. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/secret.h"
#include "gateway/request_head.h"

namespace edgeplane::gateway {

struct Credentials {
  std::string agent_id;  // well formed
  Secret bearer;
};

// Why there are none; `claimed_agent_id` as far as it could be read, cut to what
// a ledger row takes.
struct BadCredentials {
  BadRequest bad;
  std::string claimed_agent_id;
};

std::variant<Credentials, BadCredentials> ReadCredentials(const HttpRequest& request,
                                                          const Target& target);
// The same of a request that may name its agent elsewhere, or not at all: then
// the id is empty.
std::variant<Credentials, BadCredentials> ReadCallerCredentials(const HttpRequest& request,
                                                                const Target& target);
// What the body of such a request says of the id besides (empty: nothing). The
// two must agree, and one of them has to be there.
std::optional<BadRequest> AddAgentId(std::string_view id_in_body, Credentials& credentials);

// The bearer alone, whoever it is of.
std::variant<Secret, BadRequest> ReadBearer(const HttpRequest& request);
// SECRET_IN_URL, where there is one.
std::optional<BadRequest> CheckUrl(const Target& target);

// `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`
bool IsAgentId(std::string_view text);

// What a claimed id may look like in logs and in the ledger: printable ASCII, at
// most 128 bytes, anything else replaced by '?'.
std::string Presentable(std::string_view text, size_t bytes_max = 128);

}  // namespace edgeplane::gateway
