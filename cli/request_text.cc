#include "cli/request_text.h"

#include <google/protobuf/descriptor.h>

#include <vector>

#include "base/encoding.h"

namespace edgeplane::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Element `index` of a repeated field; of any other field its value.
const std::string& TextOf(const Message& message, const FieldDescriptor* field, int index,
                          std::string& scratch) {
  const Reflection& reflection = *message.GetReflection();
  return field->is_repeated()
             ? reflection.GetRepeatedStringReference(message, field, index, &scratch)
             : reflection.GetStringReference(message, field, &scratch);
}

const Message& MessageOf(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection& reflection = *message.GetReflection();
  return field->is_repeated() ? reflection.GetRepeatedMessage(message, field, index)
                              : reflection.GetMessage(message, field);
}

}  // namespace

// As deep as the payload, the only part that nests, which the parser bounds.
std::optional<std::string> FindTextThatIsNotUtf8(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      std::string scratch;
      if (field->type() == FieldDescriptor::TYPE_STRING &&
          !IsValidUtf8(TextOf(message, field, i, scratch))) {
        return field->name();
      }
      if (field->type() != FieldDescriptor::TYPE_MESSAGE) continue;
      const std::optional<std::string> found = FindTextThatIsNotUtf8(MessageOf(message, field, i));
      // "key" and "value" of a map's entries say nothing by themselves.
      if (found) return field->is_map() ? field->name() : *found;
    }
  }
  return std::nullopt;
}

}  // namespace edgeplane::cli
