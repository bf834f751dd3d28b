// What --json writes: protobuf's JSON form, with the field names of the proto
// files, so that a script reads what the API's documentation says.
#pragma once

#include <google/protobuf/message.h>

#include <ostream>
#include <string>

#include "base/result.h"
#include "cli/outcome.h"

namespace edgeplane::cli {

// One line, without the newline. Fields of scalar type are there even when they
// are zero or empty; messages that are not set are not. 64-bit integers are
// strings (ProtoJSON). Fails for a Timestamp outside of the years 1 to 9999,
// which only a broken server sends.
Result<std::string> ToJson(const google::protobuf::Message& message);

Outcome WriteJson(std::ostream& out, const google::protobuf::Message& message);

}  // namespace edgeplane::cli
