// Every declared setting as an option of a command.
#pragma once

#include <CLI/App.hpp>
#include <string>

#include "base/setting.h"
#include "cli/command_tree.h"

namespace edgeplane::cli {

// Adds an option for each of `set.settings()` to `app`. What is given lands in
// `values`, as text: SettingSet::Resolve checks it. Both must outlive the
// parse.
void AddSettingFlags(CommandTree& tree, CLI::App& app, const SettingSet& set,
                     SettingSet::Values& values);

// The setting in one paragraph: meaning, unit, default, bounds, variable.
std::string DescribeSetting(const SettingInfo& info);

}  // namespace edgeplane::cli
