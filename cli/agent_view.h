// Agents as people read them.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include "cli/surroundings.h"
#include "edgeplane/v1/agent.pb.h"
#include "edgeplane/v1/refusal.pb.h"

namespace edgeplane::cli {

// `last_refusal` may be null.
void WriteAgent(const Surroundings& around, const v1::Agent& agent,
                const v1::Refusal* last_refusal = nullptr);
void WriteAgents(const Surroundings& around,
                 const google::protobuf::RepeatedPtrField<v1::Agent>& agents);

}  // namespace edgeplane::cli
