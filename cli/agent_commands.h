// The parts of `edgeplane agent`.
#pragma once

#include <google/protobuf/map.h>

#include <string>
#include <vector>

#include "cli/command_tree.h"

namespace edgeplane::cli {

void AddAgentCreate(CommandTree& tree, CLI::App& group);
void AddAgentImport(CommandTree& tree, CLI::App& group);
void AddAgentList(CommandTree& tree, CLI::App& group);
void AddAgentShow(CommandTree& tree, CLI::App& group);
void AddAgentUpdate(CommandTree& tree, CLI::App& group);
void AddAgentDisable(CommandTree& tree, CLI::App& group);
void AddAgentEnable(CommandTree& tree, CLI::App& group);
void AddAgentDelete(CommandTree& tree, CLI::App& group);
void AddAgentRotateSecret(CommandTree& tree, CLI::App& group);
void AddAgentRetireSecret(CommandTree& tree, CLI::App& group);
void AddAgentDisconnect(CommandTree& tree, CLI::App& group);
void AddAgentSetConfig(CommandTree& tree, CLI::App& group);
void AddAgentShowConfig(CommandTree& tree, CLI::App& group);

// What create and import both take.
struct NewAgentOptions {
  std::string id;
  std::string phone;
  std::string name;
  std::vector<std::string> labels;
  std::vector<std::string> addresses;
};
void AddNewAgentOptions(CLI::App& app, NewAgentOptions& options);

// --label K=V, any number of times; checked to have a key and a '='.
CLI::Option* AddLabelOption(CLI::App& app, std::vector<std::string>& labels,
                            const std::string& meaning);
void PutLabels(const std::vector<std::string>& labels,
               google::protobuf::Map<std::string, std::string>& target);

}  // namespace edgeplane::cli
