// The command line's groups of commands; each adds its own to the tree.
#pragma once

#include "cli/command_tree.h"

namespace edgeplane::cli {

void AddServeCommand(CommandTree& tree);       // serve
void AddRegistryCommand(CommandTree& tree);    // registry
void AddGatewayCommand(CommandTree& tree);     // gateway
void AddAgentCommands(CommandTree& tree);      // agent ..
void AddCommandCommands(CommandTree& tree);    // command ..
void AddTokenCommands(CommandTree& tree);      // token ..
void AddEventCommands(CommandTree& tree);      // event ..
void AddRefusalCommands(CommandTree& tree);    // refusal ..
void AddAuditCommands(CommandTree& tree);      // audit ..
void AddFleetCommands(CommandTree& tree);      // fleet ..
void AddStoreCommands(CommandTree& tree);      // store ..
void AddSimulateCommand(CommandTree& tree);    // simulate
void AddConfigCommand(CommandTree& tree);      // config
void AddCompletionCommand(CommandTree& tree);  // completion
void AddVersionCommand(CommandTree& tree);     // version

// All of them.
void AddAllCommands(CommandTree& tree);

}  // namespace edgeplane::cli
