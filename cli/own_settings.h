// Settings of a command among those of the server, which have the same variables and
// the same file.
#pragma once

#include <string>
#include <string_view>

#include "base/setting.h"

namespace edgeplane::cli {

// Of `values`, those that the set declares: by their names or, with `name_of`
// (SettingVariable), by what it gives for these. The others are not this command's to
// complain about.
inline SettingSet::Values OnlyOwn(const SettingSet& set, const SettingSet::Values& values,
                                  std::string (*name_of)(std::string_view) = nullptr) {
  SettingSet::Values own;
  for (const SettingInfo& info : set.settings()) {
    const auto found = values.find(name_of != nullptr ? name_of(info.name) : info.name);
    if (found != values.end()) own.insert(*found);
  }
  return own;
}

}  // namespace edgeplane::cli
