#include "services/admin/bootstrap_token.h"

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
constexpr size_t kFileBytesMax = 1024;

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
  if (Status written = registry::WriteTokenFile(path, token); !written.ok()) {
    return written.error();
  }
  LogInfo("admin token made", {{"file", path.string()}, {"replaces_earlier", replaces}});
  return BootstrapToken::kMade;
}

}  // namespace

Result<BootstrapToken> EnsureAdminToken(storage::FleetStore& store, const fs::path& path,
                                        const Clock& clock, bool shared) {
  const auto known = KnownHash(store);
  if (!known.ok()) return known.error();

  std::error_code error;
  const bool there = fs::exists(fs::symlink_status(path, error));
  if (error && error != std::errc::no_such_file_or_directory) {
    return MakeError(v1::ErrorReason::INTERNAL,
                     "Cannot look for " + path.string() + ": " + error.message() + ".");
  }
  if (!there && shared && known->has_value()) {
    LogInfo("admin token is another registry's", {{"no_file", path.string()}});
    return BootstrapToken::kElsewhere;
  }
  if (!there) return MakeAndKeep(store, path, known->has_value(), clock.Now());

  Result<std::string> content = ReadPrivateFile(path, kFileBytesMax);
  if (!content.ok()) return content.error();
  const Secret token = Secret::CopyOf(*content);
  Wipe(*content);
  if (!registry::IsRandomToken(token.Reveal(), kPrefix)) {
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
