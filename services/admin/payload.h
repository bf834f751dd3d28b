// A command's payload: google.protobuf.Struct on the operator's side, canonical
// JSON text in the store and on the agent's.
#pragma once

#include <google/protobuf/struct.pb.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgeplane::admin {

inline constexpr size_t kPayloadBytesMax = 64 * 1024;  // as text
inline constexpr size_t kPayloadDepthMax = 32;         // {} has depth 1

// Equal payloads give equal text: members in byte order of their names, numbers
// without a fraction as integers, others in their shortest form. INVALID_FIELD
// (with `field` as the path) for NaN and the infinities, which JSON does not have
// (RFC 8259, 6), a value without a kind, more depth or more bytes.
Result<std::string> PayloadToJson(const google::protobuf::Struct& payload, std::string_view field);

// STORE_CORRUPT when it is not what PayloadToJson makes.
Result<google::protobuf::Struct> PayloadFromJson(std::string_view text);

}  // namespace edgeplane::admin
