// Text encodings of bytes (RFC 4648).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgeplane {

std::string HexEncode(std::string_view bytes);  // lower case
std::optional<std::string> HexDecode(std::string_view text);

std::string Base64Encode(std::string_view bytes);  // standard alphabet, padded
// Lenient in what it takes: standard or URL alphabet, padded or not.
std::optional<std::string> Base64Decode(std::string_view text);

// The length of the UTF-8 sequence (RFC 3629) that `text`, which is not empty,
// begins with; 0 when it begins with none.
size_t Utf8SequenceLength(std::string_view text);
bool IsValidUtf8(std::string_view text);
// The longest prefix of at most `bytes_max` bytes that does not cut a UTF-8
// sequence.
std::string_view CutUtf8(std::string_view text, size_t bytes_max);

}  // namespace edgeplane
