// Agents as people read them.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include "cli/surroundings.h"
#include "edgeplane/v1/agent.pb.h"

namespace edgeplane::cli {

void WriteAgent(const Surroundings& around, const v1::Agent& agent);
void WriteAgents(const Surroundings& around,
                 const google::protobuf::RepeatedPtrField<v1::Agent>& agents);

}  // namespace edgeplane::cli
