// The first admin token: made by the server itself, so that there is a way in.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/clock.h"
#include "base/result.h"
#include "storage/store.h"

namespace edgeplane::admin {

// The name it has in the store.
inline constexpr char kBootstrapTokenName[] = "bootstrap";

enum class BootstrapToken : uint8_t {
  kUnchanged,  // the file holds the token the store knows
  kMade,       // a new one is in the file; the one before, if any, is worth nothing
  kAdopted,    // the store knew none and now knows the one in the file
  kElsewhere,  // there is no file, and the store knows one: another registry's
};

// For program start, before AdminAuth::Load. Sees to it that `path` holds a token
// the store knows: `ep_` and 64 hex digits, readable by its owner only. To have a
// new one made, remove the file. Fails when the file holds something else, or
// another token than the store knows (the file or the database of another
// installation, or a backup): which of the two is right, only a person can say.
// Where other registries share the store, one that it knows is never replaced: its
// file is with one of them.
// Says what it did in the log, never the token.
Result<BootstrapToken> EnsureAdminToken(storage::FleetStore& store,
                                        const std::filesystem::path& path, const Clock& clock,
                                        bool shared = false);

}  // namespace edgeplane::admin
