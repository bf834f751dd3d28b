// What `serve` keeps in its data directory besides the store.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace edgeplane::cli {

// The master key's 32 bytes, from a 0600 file that holds them as 64 hex digits;
// nothing when there is no such file.
Result<std::optional<Secret>> ReadMasterKey(const std::filesystem::path& path);
// Makes one from the system's random source.
Result<Secret> CreateMasterKey(const std::filesystem::path& path);

// The id this process's gateway goes by; made at the first start.
Result<std::string> EnsureGatewayId(const std::filesystem::path& path);

}  // namespace edgeplane::cli
