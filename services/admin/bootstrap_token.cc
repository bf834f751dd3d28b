#include "services/admin/bootstrap_token.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/crypto.h"
#include "base/files.h"
#include "base/log.h"
#include "base/secret.h"
#include "services/registry/made_secret.h"

namespace edgeplane::admin {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "ep_";
constexpr size_t kTokenBytes = kPrefix.size() + registry::kRandomTokenHexDigits;
constexpr size_t kFileBytesMax = 1024;
constexpr int kOwnerOnly = 0600;

bool IsToken(std::string_view text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == kTokenBytes && text.starts_with(kPrefix) &&
         std::all_of(text.begin() + kPrefix.size(), text.end(), is_hex);
}

Status Remember(storage::FleetStore& store, std::string_view token, Time now) {
  return store.PutAdminToken({kBootstrapTokenName, Sha256(token), "admin", now});
}

// The hash the store knows, if it knows one.
Result<std::optional<std::string>> KnownHash(storage::FleetStore& store) {
  const auto tokens = store.ListAdminTokens();
  if (!tokens.ok()) return tokens.error();
  for (const storage::AdminToken& token : *tokens) {
    if (token.name == kBootstrapTokenName) return std::optional<std::string>(token.sha256);
  }
  return std::optional<std::string>();
}

Result<BootstrapToken> MakeAndKeep(storage::FleetStore& store, const fs::path& path, bool replaces,
                                   Time now) {
  const Secret token = registry::MakeRandomToken(kPrefix);
  // The store first: a crash in between leaves no file, and the next start makes
  // another token. The other way round it would leave a file that never fits.
  if (Status kept = Remember(store, token.Reveal(), now); !kept.ok()) return kept.error();
  std::string line;
  line.reserve(kTokenBytes + 1);
  line.append(token.Reveal()).append("\n");
  const Status written = WriteFileAtomically(path, line, kOwnerOnly);
  Wipe(line);
  if (!written.ok()) return written.error();
  LogInfo("admin token made", {{"file", path.string()}, {"replaces_earlier", replaces}});
  return BootstrapToken::kMade;
}

}  // namespace

Result<BootstrapToken> EnsureAdminToken(storage::FleetStore& store, const fs::path& path,
                                        const Clock& clock) {
  const auto known = KnownHash(store);
  if (!known.ok()) return known.error();

  std::error_code error;
  const bool there = fs::exists(fs::symlink_status(path, error));
  if (error && error != std::errc::no_such_file_or_directory) {
    return MakeError(v1::ErrorReason::INTERNAL,
                     "Cannot look for " + path.string() + ": " + error.message() + ".");
  }
  if (!there) return MakeAndKeep(store, path, known->has_value(), clock.Now());

  Result<std::string> content = ReadPrivateFile(path, kFileBytesMax);
  if (!content.ok()) return content.error();
  const Secret token = Secret::CopyOf(*content);
  Wipe(*content);
  if (!IsToken(token.Reveal())) {
    return MakeError(
        v1::ErrorReason::INVALID_FIELD,
        path.string() + " does not hold an admin token; remove the file to have a new one made.");
  }
  if (!known->has_value()) {
    if (Status kept = Remember(store, token.Reveal(), clock.Now()); !kept.ok()) {
      return kept.error();
    }
    LogInfo("admin token adopted", {{"file", path.string()}});
    return BootstrapToken::kAdopted;
  }
  if (!ConstantTimeEquals(**known, Sha256(token.Reveal()))) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     path.string() +
                         " holds another admin token than the store knows: put the right file "
                         "there, or remove it to have a new token made.");
  }
  return BootstrapToken::kUnchanged;
}

}  // namespace edgeplane::admin
