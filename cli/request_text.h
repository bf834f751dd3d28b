// What an operator typed, before it becomes a request.
#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>

namespace edgeplane::cli {

// The first field of `message`, or of a message inside it, that holds text which
// is not UTF-8, by its name in the proto file. Protobuf would send it all the
// same, and servers cannot read the request then.
std::optional<std::string> FindTextThatIsNotUtf8(const google::protobuf::Message& message);

}  // namespace edgeplane::cli
