#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "cli/all_settings.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/setting_flags.h"
#include "cli/table.h"

namespace edgeplane::cli {
namespace {

constexpr char kMask[] = "********";
constexpr Parts kServe{.registry = true, .gateway = true};

struct ConfigFlags {
  AllSettings settings;
  SettingSet set;
  SettingSet::Values values;
};

std::string Shown(const SettingInfo& info) {
  return info.secret && !info.value.empty() ? kMask : info.value;
}

void WriteTable(const SettingSet& set, const Surroundings& around) {
  Table table({"SETTING", "VALUE", "SOURCE", "UNIT"});
  for (const SettingInfo& info : set.settings()) {
    const bool is_default = info.source == SettingSource::kDefault;
    table.Add({info.name,
               Shown(info),
               {std::string(SettingSourceName(info.source)),
                is_default ? Style::kFaint : Style::kHeading},
               info.unit});
  }
  table.Write(around.out, around.colour, around.columns);
}

void WriteObject(const SettingSet& set, std::ostream& out) {
  boost::json::array settings;
  for (const SettingInfo& info : set.settings()) {
    boost::json::object setting;
    setting["name"] = info.name;
    setting["value"] = Shown(info);
    setting["source"] = std::string(SettingSourceName(info.source));
    setting["unit"] = info.unit;
    setting["default"] = info.secret ? "" : info.default_value;
    setting["bounds"] = info.bounds;
    setting["meaning"] = info.meaning;
    settings.push_back(std::move(setting));
  }
  boost::json::object object;
  object["settings"] = std::move(settings);
  out << boost::json::serialize(object) << '\n';
}

}  // namespace

void AddConfigCommand(CommandTree& tree) {
  const auto flags = std::make_shared<ConfigFlags>();
  DeclareAllSettings(flags->set, flags->settings, kServe);
  CLI::App& config = tree.AddLocal(
      "config",
      "Print the settings that `serve` would run with. Takes the same options, and reads the same "
      "variables and file; says where each value comes from. Secrets are masked.",
      "edgeplane config\n"
      "edgeplane config --config-file /etc/edgeplane/edgeplane.conf --max-connections 500",
      [flags](const Invocation& invocation) -> Outcome {
        SettingSet::Values values = flags->values;
        values.insert(invocation.client_flags.begin(), invocation.client_flags.end());
        const Status resolved = ResolveAllSettings(flags->set, flags->settings, kServe, values);
        if (!resolved.ok()) return SettingsFailure(resolved.error());
        if (invocation.json) {
          WriteObject(flags->set, invocation.around.out);
        } else {
          WriteTable(flags->set, invocation.around);
        }
        return {};
      },
      /*with_json=*/true);
  AddSettingFlags(tree, config, flags->set, flags->values);
}

}  // namespace edgeplane::cli
