// Settings: each is declared once, with its name, meaning, unit, default and
// bounds, and can then be given as a flag (--max-connections), an environment
// variable (EDGEPLANE_MAX_CONNECTIONS) or a line of the configuration file
// (max-connections = 20000), in this order of precedence.
//
// A part declares what it needs in a function of its own, for example
// `void DeclareGatewaySettings(SettingSet&, GatewaySettings&)`, binding each
// declaration to a member, whose initial value is the default. SettingSet then
// resolves all of them at once: unknown names and values out of bounds are
// errors that name the setting, the source and what is allowed.
//
// Durations are written with a unit: 500ms, 15s, 5m, 24h, 30d. Sizes as 64KiB,
// 1MiB or plain bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace edgeplane {

class SettingValue;  // base/setting_value.h; of no interest to users of settings

enum class SettingSource : uint8_t { kDefault, kFile, kEnvironment, kFlag };
std::string_view SettingSourceName(SettingSource source);

enum class SettingKind : uint8_t {
  kText,
  kChoice,
  kFlag,
  kCount,
  kBytes,
  kDuration,
  kEndpoint,
  kPath,
  kTextList
};

// One setting as `edgeplane config` and `--help` show it.
struct SettingInfo {
  std::string name;     // kebab-case, as after the two dashes
  std::string meaning;  // one sentence
  SettingKind kind = SettingKind::kText;
  std::string unit;  // "s", "bytes", "connections"; empty where there is none
  std::string default_value;
  std::string bounds;   // "1..1000000", "text, json"; empty where there are none
  bool secret = false;  // the value is masked wherever it is shown
  std::string value;    // in force (after Resolve), unmasked
  SettingSource source = SettingSource::kDefault;
};

class SettingSet {
 public:
  SettingSet();
  ~SettingSet();
  SettingSet(const SettingSet&) = delete;
  SettingSet& operator=(const SettingSet&) = delete;

  // The target's present value is the default; one that is not allowed itself,
  // or a name declared twice, is a defect and throws std::logic_error. Targets
  // must outlive the set.
  void Text(std::string name, std::string meaning, std::string& target, bool secret = false);
  void Choice(std::string name, std::string meaning, std::vector<std::string> choices,
              std::string& target);
  void Flag(std::string name, std::string meaning, bool& target);
  void Count(std::string name, std::string meaning, std::string unit, int64_t min, int64_t max,
             int64_t& target);
  void Bytes(std::string name, std::string meaning, int64_t min, int64_t max, int64_t& target);
  void Span(std::string name, std::string meaning, Duration min, Duration max, Duration& target);
  void Address(std::string name, std::string meaning, std::string& target);  // host:port, or empty
  void Path(std::string name, std::string meaning, std::string& target);
  void TextList(std::string name, std::string meaning,
                std::vector<std::string>& target);  // comma separated

  using Values = std::map<std::string, std::string>;  // name -> text

  // Sets every target, or none of them when there is a mistake anywhere, even in
  // a value that another overrides. `environment` holds variables by their full
  // name (EDGEPLANE_..); `file` what ParseSettingsFile gave. All mistakes are
  // reported together, as violations. Names in `environment` that begin with
  // EDGEPLANE_ but are no setting are mistakes too, except those in `also_known`
  // and those that Kubernetes adds for a Service called edgeplane.
  Status Resolve(const Values& flags, const Values& environment, const Values& file,
                 const std::vector<std::string>& also_known = {});

  // In order of declaration.
  [[nodiscard]] const std::vector<SettingInfo>& settings() const;

 private:
  void Declare(SettingInfo info, std::unique_ptr<SettingValue> value);

  std::vector<SettingInfo> infos_;
  std::vector<std::unique_ptr<SettingValue>> values_;  // alongside infos_
};

// `name = value` lines; '#' begins a comment; a value may be in double quotes.
// Errors name the line. In quotes, \" and \\ stand for " and \; outside, '#'
// begins a comment where a blank or nothing precedes it.
Result<SettingSet::Values> ParseSettingsFile(std::string_view content);

// The variables of this process that begin with EDGEPLANE_.
SettingSet::Values EnvironmentSettings();

// "max-connections" -> "EDGEPLANE_MAX_CONNECTIONS"
std::string SettingVariable(std::string_view name);

}  // namespace edgeplane
