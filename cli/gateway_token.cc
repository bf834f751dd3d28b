#include "cli/gateway_token.h"

#include <algorithm>

#include "base/crypto.h"
#include "base/files.h"
#include "base/log.h"
#include "services/registry/made_secret.h"
#include "services/rpc/bearer.h"

namespace edgeplane::cli {

namespace {

constexpr std::string_view kPrefix = "eg_";
constexpr size_t kTokensMax = 16;
constexpr size_t kFileBytesMax = 4096;

Error NoTokens(const std::filesystem::path& path) {
  return MakeError(v1::ErrorReason::INVALID_FIELD,
                   path.string() +
                       " does not hold gateway tokens (eg_ and 64 hex digits, one a line): copy "
                       "the registry's, or remove the registry's own to have a new one made.");
}

Result<std::vector<Secret>> ReadTokens(const std::filesystem::path& path) {
  Result<std::string> text = ReadPrivateFile(path, kFileBytesMax);
  if (!text.ok()) return text.error();
  const Secret content = Secret::CopyOf(*text);
  Wipe(*text);
  std::vector<Secret> tokens;
  std::string_view rest = content.Reveal();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (!registry::IsRandomToken(line, kPrefix) || tokens.size() == kTokensMax)
      return NoTokens(path);
    tokens.push_back(Secret::CopyOf(line));
  }
  if (tokens.empty()) return NoTokens(path);
  return tokens;
}

}  // namespace

Result<GatewayTokens> GatewayTokens::Read(const std::filesystem::path& path) {
  const Result<std::vector<Secret>> tokens = ReadTokens(path);
  if (!tokens.ok()) return tokens.error();
  GatewayTokens known;
  for (const Secret& token : *tokens) known.hashes_.push_back(Sha256(token.Reveal()));
  return known;
}

bool GatewayTokens::Know(std::string_view authorization) const {
  const std::string_view token = rpc::BearerOf(authorization);
  if (token.empty()) return false;
  const std::string hash = Sha256(token);
  bool known = false;
  // All of them, so that the time does not tell which one is close.
  for (const std::string& one : hashes_) known |= ConstantTimeEquals(one, hash);
  return known;
}

Status EnsureGatewayTokenFile(const std::filesystem::path& path) {
  std::error_code not_there;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, not_there))) return {};
  Status written = registry::WriteTokenFile(path, registry::MakeRandomToken(kPrefix));
  if (written.ok()) LogInfo("gateway token made", {{"file", path.string()}});
  return written;
}

Result<Secret> ReadGatewayToken(const std::filesystem::path& path) {
  Result<std::vector<Secret>> tokens = ReadTokens(path);
  if (!tokens.ok()) return tokens.error();
  return std::move(tokens->front());
}

}  // namespace edgeplane::cli
