// Events as people read them.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include "cli/surroundings.h"
#include "edgeplane/v1/admin_service.pb.h"

namespace edgeplane::cli {

// One line: when, whose, what, and as much of the details as fits.
void WriteEvent(const Surroundings& around, const v1::Event& event);
void WriteEvents(const Surroundings& around,
                 const google::protobuf::RepeatedPtrField<v1::Event>& events);

}  // namespace edgeplane::cli
