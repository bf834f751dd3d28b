// A command's payload or an agent's configuration, from what the operator typed to
// the API's Struct.
#pragma once

#include <google/protobuf/struct.pb.h>

#include <istream>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgeplane::cli {

// `argument` is JSON, '@FILE' or '-' for `in`. Gives the text; at most 64 KiB.
Result<std::string> ReadPayloadText(const std::string& argument, std::istream& in);

// Strict (RFC 8259, plus: a JSON object, no duplicate names, at most 32 levels,
// no number that a double cannot hold).
Result<google::protobuf::Struct> ParsePayload(std::string_view text);

}  // namespace edgeplane::cli
