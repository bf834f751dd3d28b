// Refusals as people read them.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include "cli/surroundings.h"
#include "edgeplane/v1/refusal.pb.h"

namespace edgeplane::cli {

// An explanation: what happened, whose turn it is, what was presented and what
// would have been accepted.
void WriteRefusal(const Surroundings& around, const v1::Refusal& refusal);
void WriteRefusals(const Surroundings& around,
                   const google::protobuf::RepeatedPtrField<v1::Refusal>& refusals);

}  // namespace edgeplane::cli
