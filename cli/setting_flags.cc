#include "cli/setting_flags.h"

#include "base/setting_text.h"

namespace edgeplane::cli {
namespace {

const char* TypeName(SettingKind kind) {
  switch (kind) {
    case SettingKind::kText:
      return "TEXT";
    case SettingKind::kChoice:
      return "WORD";
    case SettingKind::kFlag:
      return "";
    case SettingKind::kCount:
      return "N";
    case SettingKind::kBytes:
      return "SIZE";
    case SettingKind::kDuration:
      return "TIME";
    case SettingKind::kEndpoint:
      return "ADDR";
    case SettingKind::kPath:
      return "FILE";
    case SettingKind::kTextList:
      return "TEXT,..";
  }
  return "TEXT";
}

}  // namespace

std::string DescribeSetting(const SettingInfo& info) {
  std::string text = info.meaning;
  text += " Default: ";
  text += info.default_value.empty() ? "none" : info.default_value;
  // Sizes and times carry their units in their values.
  if (info.kind == SettingKind::kCount && !info.unit.empty()) text += " " + info.unit;
  if (!info.bounds.empty()) text += "; allowed: " + info.bounds;
  text += ". [" + SettingVariable(info.name) + "]";
  return text;
}

void AddSettingFlags(CommandTree& tree, CLI::App& app, const SettingSet& set,
                     SettingSet::Values& values) {
  for (const SettingInfo& info : set.settings()) {
    const std::string name = info.name;
    if (info.kind == SettingKind::kFlag) {
      // "--reflection", "--no-reflection" and "--reflection=false".
      const std::string description = DescribeSetting(info);
      app.add_flag("--" + name + ",!--no-" + name, description)
          ->each([&values, name](const std::string& text) { values[name] = text; })
          ->take_last()
          ->group("Settings");
      continue;
    }
    CLI::Option* option = app.add_option_function<std::string>(
        "--" + name, [&values, name](const std::string& text) { values[name] = text; },
        DescribeSetting(info));
    option->type_name(TypeName(info.kind))->take_last()->group("Settings");
    if (info.kind == SettingKind::kTextList) option->join(',');
    // Not refused here: the settings' own check reports every mistake at once.
    if (info.kind == SettingKind::kChoice) tree.Offer(option, ParseTextList(info.bounds));
  }
}

}  // namespace edgeplane::cli
