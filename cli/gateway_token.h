// What a gateway in a process of its own presents to the registry: a token from a
// file that both have.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace edgeplane::cli {

// Those that the registry accepts. Thread safe. Keeps hashes, never a token.
class GatewayTokens {
 public:
  // Of a 0600 file with one to 16 tokens, one a line: `eg_` and 64 hex digits each,
  // more than one while one is being replaced.
  static Result<GatewayTokens> Read(const std::filesystem::path& path);

  // `authorization` is the value of that metadata, as the caller sent it.
  [[nodiscard]] bool Know(std::string_view authorization) const;

 private:
  std::vector<std::string> hashes_;
};

// Makes the file, with one token, where it is missing.
Status EnsureGatewayTokenFile(const std::filesystem::path& path);

// The first token of such a file: what a gateway presents.
Result<Secret> ReadGatewayToken(const std::filesystem::path& path);

}  // namespace edgeplane::cli
