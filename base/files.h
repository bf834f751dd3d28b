// Small files that belong to edgeplane: keys, tokens, endpoints. For program
// start and configuration reloads.
//
// Errors name the path: INVALID_FIELD when the file is not what it must be,
// INTERNAL when the system refused.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgeplane {

// The whole file, if it is a regular file of at most `bytes_max`.
Result<std::string> ReadFile(const std::filesystem::path& path, size_t bytes_max);

// As ReadFile for a file that holds a secret: refuses one that group or others
// can read, and strips one trailing newline.
Result<std::string> ReadPrivateFile(const std::filesystem::path& path, size_t bytes_max);

// Replaces the file in one step (temporary file, fsync, rename, fsync of the
// directory); `mode` as in chmod.
Status WriteFileAtomically(const std::filesystem::path& path, std::string_view content, int mode);

// Makes the directory and its parents, 0700, if it is not there; what it made is
// durable.
Status MakePrivateDirectory(const std::filesystem::path& path);

}  // namespace edgeplane
