#include "storage/fact.h"

namespace edgeplane::storage {

Status CheckFact(std::string_view name, std::string_view value) {
  if (name.empty() || name.size() > kFactNameMax) {
    return MakeError(v1::ErrorReason::INVALID_FIELD, "A fact's name has 1 to 64 bytes.");
  }
  if (value.size() > kFactValueMax) {
    return MakeError(v1::ErrorReason::INVALID_FIELD, "A fact's value has at most 1024 bytes.");
  }
  return {};
}

}  // namespace edgeplane::storage
