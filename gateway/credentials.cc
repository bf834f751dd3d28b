#include "gateway/credentials.h"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>
#include <cctype>

namespace edgeplane::gateway {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr size_t kBearerMax = 1024;

// Query names people have used for secrets.
constexpr std::array<std::string_view, 12> kSecretNames = {
    "token",  "access_token", "auth_token", "authtoken", "registration_token",
    "secret", "edge_secret",  "api_key",    "apikey",    "authorization",
    "bearer", "password"};

bool IsSecretName(std::string_view name) {
  return std::any_of(kSecretNames.begin(), kSecretNames.end(),
                     [name](std::string_view known) { return beast::iequals(name, known); });
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

BadRequest Bad(v1::Reason reason, int status, std::string detail) {
  return {reason, status, std::move(detail)};
}

struct Claimed {
  std::string id;
  bool conflict = false;
};

// The URL names the agent and the header repeats it; where only one of the two
// is there, it is enough.
Claimed ClaimedId(const HttpRequest& request, const Target& target) {
  Claimed claimed;
  const auto consider = [&claimed](std::string_view id) {
    if (id.empty()) return;
    if (claimed.id.empty()) {
      claimed.id = id;
    } else if (claimed.id != id) {
      claimed.conflict = true;
    }
  };
  for (const auto& [name, value] : target.query) {
    if (name == "edge_agent_id") consider(value);
  }
  const auto [first, last] = request.equal_range("X-Edge-Agent-Id");
  for (auto it = first; it != last; ++it) consider(Trim(it->value()));
  return claimed;
}

}  // namespace

bool IsAgentId(std::string_view text) {
  const auto alphanumeric = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  return !text.empty() && text.size() <= 128 && alphanumeric(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

std::string Presentable(std::string_view text, size_t bytes_max) {
  std::string shown(text.substr(0, bytes_max));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return shown;
}

std::variant<Secret, BadRequest> ReadBearer(const HttpRequest& request) {
  const auto count = request.count(http::field::authorization);
  if (count == 0) return Bad(v1::CREDENTIALS_MISSING, 401, "");
  if (count > 1) {
    return Bad(v1::AUTHORIZATION_MALFORMED, 401, "There is more than one Authorization header.");
  }
  const std::string_view value = Trim(request[http::field::authorization]);
  if (value.empty()) return Bad(v1::CREDENTIALS_MISSING, 401, "The Authorization header is empty.");
  const size_t space = value.find_first_of(" \t");
  if (!beast::iequals(value.substr(0, space), "Bearer")) {
    // Not repeated here: a secret sent without a scheme would be the "scheme".
    return Bad(v1::AUTHORIZATION_MALFORMED, 401, "The scheme is not Bearer.");
  }
  const std::string_view bearer =
      space == std::string_view::npos ? std::string_view() : Trim(value.substr(space));
  if (bearer.empty()) {
    return Bad(v1::AUTHORIZATION_MALFORMED, 401,
               "Nothing stands behind Bearer: the agent's secret is not configured.");
  }
  if (bearer.size() > kBearerMax) {
    return Bad(v1::AUTHORIZATION_MALFORMED, 401,
               "What stands behind Bearer is longer than 1024 bytes.");
  }
  const bool printable =
      std::all_of(bearer.begin(), bearer.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
  if (!printable) {
    return Bad(v1::AUTHORIZATION_MALFORMED, 401,
               "What stands behind Bearer is not printable ASCII.");
  }
  return Secret::CopyOf(bearer);
}

std::optional<BadRequest> CheckUrl(const Target& target) {
  for (const auto& [name, value] : target.query) {
    if (IsSecretName(name) && !value.empty()) {
      return Bad(v1::SECRET_IN_URL, 400, "The URL's query has a member named like a secret.");
    }
  }
  return std::nullopt;
}

std::variant<Credentials, BadCredentials> ReadCallerCredentials(const HttpRequest& request,
                                                                const Target& target) {
  const Claimed claimed = ClaimedId(request, target);
  const auto bad = [&claimed](BadRequest why) {
    return BadCredentials{std::move(why), Presentable(claimed.id)};
  };
  if (std::optional<BadRequest> why = CheckUrl(target)) return bad(*std::move(why));
  if (claimed.conflict) return bad(Bad(v1::AGENT_ID_CONFLICT, 400, ""));
  if (!claimed.id.empty() && !IsAgentId(claimed.id)) {
    return bad(Bad(v1::AGENT_ID_MALFORMED, 400, ""));
  }
  std::variant<Secret, BadRequest> bearer = ReadBearer(request);
  if (auto* why = std::get_if<BadRequest>(&bearer)) return bad(std::move(*why));
  return Credentials{claimed.id, std::move(std::get<Secret>(bearer))};
}

std::variant<Credentials, BadCredentials> ReadCredentials(const HttpRequest& request,
                                                          const Target& target) {
  // Before the rest, so that a request without anything is told to begin here.
  if (ClaimedId(request, target).id.empty() && !CheckUrl(target)) {
    return BadCredentials{Bad(v1::AGENT_ID_MISSING, 400, ""), ""};
  }
  return ReadCallerCredentials(request, target);
}

std::optional<BadRequest> AddAgentId(std::string_view id_in_body, Credentials& credentials) {
  if (id_in_body.empty()) {
    if (credentials.agent_id.empty()) return Bad(v1::AGENT_ID_MISSING, 400, "");
    return std::nullopt;
  }
  if (!IsAgentId(id_in_body)) return Bad(v1::AGENT_ID_MALFORMED, 400, "");
  if (credentials.agent_id.empty()) credentials.agent_id = id_in_body;
  if (credentials.agent_id != id_in_body) return Bad(v1::AGENT_ID_CONFLICT, 400, "");
  return std::nullopt;
}

}  // namespace edgeplane::gateway
