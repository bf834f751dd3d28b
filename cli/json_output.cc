#include "cli/json_output.h"

#include <google/protobuf/util/json_util.h>

namespace edgeplane::cli {

Result<std::string> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) {
    return MakeError(v1::ErrorReason::INTERNAL,
                     "the server's answer has no JSON form: " + status.ToString());
  }
  return text;
}

Outcome WriteJson(std::ostream& out, const google::protobuf::Message& message) {
  const Result<std::string> json = ToJson(message);
  if (!json.ok()) return {ExitCode::kFailed, {json.error().message}};
  out << *json << '\n';
  return {};
}

}  // namespace edgeplane::cli
