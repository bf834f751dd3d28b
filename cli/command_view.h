// Commands as people read them.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "cli/outcome.h"
#include "cli/surroundings.h"
#include "edgeplane/v1/command.pb.h"

namespace edgeplane::cli {

void WriteCommand(const Surroundings& around, const v1::Command& command);
void WriteCommands(const Surroundings& around,
                   const google::protobuf::RepeatedPtrField<v1::Command>& commands);

// One line: when, into which state, by whom, and what was said.
void WriteStep(const Surroundings& around, const v1::CommandStep& step);

// What waiting for a command that ended in `state` gives.
ExitCode ExitCodeOf(v1::Command::State state);

}  // namespace edgeplane::cli
