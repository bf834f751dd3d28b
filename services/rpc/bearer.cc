#include "services/rpc/bearer.h"

#include <strings.h>

namespace edgeplane::rpc {
namespace {

constexpr std::string_view kScheme = "Bearer";
constexpr size_t kTokenBytesMax = 256;

}  // namespace

std::string_view BearerOf(std::string_view authorization) {
  if (authorization.size() <= kScheme.size() || authorization[kScheme.size()] != ' ' ||
      strncasecmp(authorization.data(), kScheme.data(), kScheme.size()) != 0) {
    return {};
  }
  authorization.remove_prefix(kScheme.size() + 1);
  return authorization.size() <= kTokenBytesMax ? authorization : std::string_view();
}

}  // namespace edgeplane::rpc
