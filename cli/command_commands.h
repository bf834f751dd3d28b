// The parts of `edgeplane command`.
#pragma once

#include "cli/command_tree.h"

namespace edgeplane::cli {

void AddCommandSend(CommandTree& tree, CLI::App& group);
void AddCommandShow(CommandTree& tree, CLI::App& group);
void AddCommandList(CommandTree& tree, CLI::App& group);
void AddCommandCancel(CommandTree& tree, CLI::App& group);
void AddCommandWatch(CommandTree& tree, CLI::App& group);

}  // namespace edgeplane::cli
