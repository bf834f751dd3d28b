// JSON objects that go through edgeplane unread (a command's payload, a
// configuration, what agents report): google.protobuf.Struct on the operator's
// side, JSON text in the store and on the agent's.
#pragma once

#include <google/protobuf/struct.pb.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgeplane::admin {

// What operators may send; as text.
inline constexpr size_t kPayloadBytesMax = 64 * 1024;
inline constexpr size_t kPayloadDepthMax = 32;  // {} has depth 1

// Equal payloads give equal text: members in byte order of their names, numbers
// without a fraction as integers, others in their shortest form. INVALID_FIELD
// (with `field` as the path) for NaN and the infinities, which JSON does not have
// (RFC 8259, 6), a value without a kind, more depth or more bytes.
Result<std::string> PayloadToJson(const google::protobuf::Struct& payload, std::string_view field);

// STORE_CORRUPT when it is not an object within these limits.
Result<google::protobuf::Struct> PayloadFromJson(std::string_view text,
                                                 size_t bytes_max = kPayloadBytesMax);

}  // namespace edgeplane::admin
