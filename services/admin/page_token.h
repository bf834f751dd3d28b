// Page tokens: where a list goes on, bound to what is listed. Resume tokens of
// streams are made the same way.
//
//   token = base64url( tag[16] cursor )
//   tag   = HMAC-SHA256(key, list NUL SHA-256(filter) cursor), its first 16 bytes
//
// where `list` is the list's name and `filter` the request's filter in its
// deterministic serialization. A token for another list or another filter, or
// one that has been changed, does not match its tag.
#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgeplane::admin {

// Thread safe.
class PageTokens {
 public:
  // The same in every registry of the installation, and after a restart. A token
  // gives no rights, so the key is no great secret.
  explicit PageTokens(std::string key) : key_(std::move(key)) {}

  [[nodiscard]] std::string Make(std::string_view list, const google::protobuf::Message& filter,
                                 std::string_view cursor) const;
  // Nothing for an empty token, which asks for the first page;
  // PAGE_TOKEN_INVALID for one that Make did not make of this list and filter.
  [[nodiscard]] Result<std::optional<std::string>> Read(std::string_view list,
                                                        const google::protobuf::Message& filter,
                                                        std::string_view token) const;
  // The cursor; nothing for a token that Make did not make of this list and filter.
  [[nodiscard]] std::optional<std::string> Open(std::string_view list,
                                                const google::protobuf::Message& filter,
                                                std::string_view token) const;

 private:
  [[nodiscard]] std::string Tag(std::string_view list, const google::protobuf::Message& filter,
                                std::string_view cursor) const;

  std::string key_;
};

}  // namespace edgeplane::admin
