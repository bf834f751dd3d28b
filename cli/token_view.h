// Join tokens as people read them; never the tokens themselves.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include "cli/surroundings.h"
#include "edgeplane/v1/admin_service.pb.h"

namespace edgeplane::cli {

void WriteJoinToken(const Surroundings& around, const v1::JoinToken& token);
void WriteJoinTokens(const Surroundings& around,
                     const google::protobuf::RepeatedPtrField<v1::JoinToken>& tokens);

}  // namespace edgeplane::cli
