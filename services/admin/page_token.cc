#include "services/admin/page_token.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/secret.h"

namespace edgeplane::admin {
namespace {

constexpr size_t kTagBytes = 16;
constexpr size_t kTokenBytesMax = 1024;

// Maps in order of their keys, so that equal filters give equal bytes.
std::string Serialize(const google::protobuf::Message& filter) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  filter.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// RFC 4648, 5, without padding: a token goes into URLs and shells as it is.
std::string Base64UrlEncode(std::string_view bytes) {
  std::string text = Base64Encode(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

}  // namespace

std::string PageTokens::Tag(std::string_view list, const google::protobuf::Message& filter,
                            std::string_view cursor) const {
  std::string bound(list);
  bound += '\0';
  // By its digest, so that no filter can run over into the cursor.
  bound += Sha256(Serialize(filter));
  bound += cursor;
  return HmacSha256(key_, bound).substr(0, kTagBytes);
}

std::string PageTokens::Make(std::string_view list, const google::protobuf::Message& filter,
                             std::string_view cursor) const {
  return Base64UrlEncode(Tag(list, filter, cursor) + std::string(cursor));
}

std::optional<std::string> PageTokens::Open(std::string_view list,
                                            const google::protobuf::Message& filter,
                                            std::string_view token) const {
  if (token.size() > kTokenBytesMax) return std::nullopt;
  const std::optional<std::string> bytes = Base64Decode(token);
  if (!bytes || bytes->size() <= kTagBytes) return std::nullopt;
  std::string cursor = bytes->substr(kTagBytes);
  const std::string_view tag = std::string_view(*bytes).substr(0, kTagBytes);
  if (!ConstantTimeEquals(tag, Tag(list, filter, cursor))) return std::nullopt;
  return cursor;
}

Result<std::optional<std::string>> PageTokens::Read(std::string_view list,
                                                    const google::protobuf::Message& filter,
                                                    std::string_view token) const {
  if (token.empty()) return std::optional<std::string>();
  std::optional<std::string> cursor = Open(list, filter, token);
  if (!cursor) {
    return MakeError(v1::ErrorReason::PAGE_TOKEN_INVALID,
                     "The page token was not made for this list and filter: begin again without "
                     "one, and keep the filter as it is from page to page.");
  }
  return cursor;
}

}  // namespace edgeplane::admin
