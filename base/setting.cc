#include "base/setting.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/encoding.h"
#include "base/log_escape.h"
#include "base/setting_environment.h"
#include "base/setting_suggestion.h"
#include "base/setting_text.h"
#include "base/setting_value.h"

namespace edgeplane {
namespace {

using Values = SettingSet::Values;

constexpr size_t kShownBytesMax = 64;

// Control characters and the like are escaped: the text came from anywhere.
std::string Shown(std::string_view text) {
  const std::string_view cut = CutUtf8(text, kShownBytesMax);
  std::string shown;
  AppendPlainText(shown, cut);
  if (cut.size() < text.size()) shown += "...";
  return shown;
}

std::string Origin(SettingSource source, const std::string& name) {
  switch (source) {
    case SettingSource::kFlag:
      return "from --" + name;
    case SettingSource::kEnvironment:
      return "from " + SettingVariable(name);
    case SettingSource::kFile:
      return "from the configuration file";
    case SettingSource::kDefault:
      break;
  }
  return "the default";
}

const std::string* Find(const Values& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? nullptr : &found->second;
}

struct Given {
  SettingSource source;
  const std::string* text;
};

// What was given for one setting; the one in force is last.
std::vector<Given> Collect(const std::string& name, const Values& flags, const Values& environment,
                           const Values& file) {
  std::vector<Given> all;
  if (const auto* text = Find(file, name)) all.push_back({SettingSource::kFile, text});
  if (const auto* text = Find(environment, SettingVariable(name))) {
    all.push_back({SettingSource::kEnvironment, text});
  }
  if (const auto* text = Find(flags, name)) all.push_back({SettingSource::kFlag, text});
  return all;
}

std::optional<FieldViolation> Check(const SettingInfo& info, const SettingValue& value,
                                    const Given& given) {
  const std::optional<std::string> complaint = value.Complaint(*given.text);
  if (!complaint) return std::nullopt;
  const std::string subject = info.secret ? "the value" : '"' + Shown(*given.text) + '"';
  return FieldViolation{info.name + " (" + Origin(given.source, info.name) + ")",
                        subject + " " + *complaint};
}

void ReportUnknown(const Values& values, const std::vector<std::string>& known,
                   const std::string& prefix, const std::string& suffix,
                   std::vector<FieldViolation>& violations) {
  for (const auto& [name, text] : values) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string nearest = NearestName(name, known);
    violations.push_back(
        {prefix + Shown(name) + suffix,
         nearest.empty() ? "there is no such setting"
                         : "there is no such setting; did you mean " + prefix + nearest + "?"});
  }
}

Values WithoutForeign(const Values& environment, const std::vector<std::string>& also_known) {
  Values own;
  for (const auto& [name, text] : environment) {
    const bool is_known = std::find(also_known.begin(), also_known.end(), name) != also_known.end();
    if (is_known || !name.starts_with(kSettingVariablePrefix) ||
        IsKubernetesServiceVariable(name, text)) {
      continue;
    }
    own.emplace(name, text);
  }
  return own;
}

Error Summarize(std::vector<FieldViolation> violations) {
  const size_t count = violations.size();
  Error error = MakeError(v1::ErrorReason::INVALID_FIELD,
                          count == 1 ? violations[0].field + ": " + violations[0].description
                                     : std::to_string(count) + " settings are not as they must be");
  error.violations = std::move(violations);
  return error;
}

std::string Range(const std::string& min, const std::string& max) { return min + ".." + max; }

}  // namespace

std::string_view SettingSourceName(SettingSource source) {
  switch (source) {
    case SettingSource::kDefault:
      return "default";
    case SettingSource::kFile:
      return "file";
    case SettingSource::kEnvironment:
      return "environment";
    case SettingSource::kFlag:
      return "flag";
  }
  return "unknown";
}

SettingSet::SettingSet() = default;
SettingSet::~SettingSet() = default;

void SettingSet::Declare(SettingInfo info, std::unique_ptr<SettingValue> value) {
  info.default_value = value->Text();
  info.value = info.default_value;
  if (const auto complaint = value->Complaint(info.default_value)) {
    throw std::logic_error("the default of " + info.name + " " + *complaint);
  }
  for (const SettingInfo& other : infos_) {
    if (other.name == info.name) throw std::logic_error(info.name + " is declared twice");
  }
  infos_.push_back(std::move(info));
  values_.push_back(std::move(value));
}

void SettingSet::Text(std::string name, std::string meaning, std::string& target, bool secret) {
  SettingInfo info{std::move(name), std::move(meaning), SettingKind::kText, "", "", "", secret};
  Declare(std::move(info), TextValue(target));
}

void SettingSet::Choice(std::string name, std::string meaning, std::vector<std::string> choices,
                        std::string& target) {
  std::string bounds;
  for (const std::string& choice : choices) bounds += (bounds.empty() ? "" : ", ") + choice;
  SettingInfo info{std::move(name), std::move(meaning), SettingKind::kChoice, "", "", bounds};
  Declare(std::move(info), ChoiceValue(std::move(choices), std::move(bounds), target));
}

void SettingSet::Flag(std::string name, std::string meaning, bool& target) {
  SettingInfo info{std::move(name), std::move(meaning), SettingKind::kFlag, "", "", "true, false"};
  Declare(std::move(info), FlagValue(target));
}

void SettingSet::Count(std::string name, std::string meaning, std::string unit, int64_t min,
                       int64_t max, int64_t& target) {
  std::string bounds = Range(std::to_string(min), std::to_string(max));
  SettingInfo info{std::move(name), std::move(meaning), SettingKind::kCount, std::move(unit), "",
                   bounds};
  Declare(std::move(info), CountValue(min, max, std::move(bounds), target));
}

void SettingSet::Bytes(std::string name, std::string meaning, int64_t min, int64_t max,
                       int64_t& target) {
  std::string bounds = Range(FormatBytes(min), FormatBytes(max));
  SettingInfo info{std::move(name), std::move(meaning), SettingKind::kBytes, "bytes", "", bounds};
  Declare(std::move(info), BytesValue(min, max, std::move(bounds), target));
}

void SettingSet::Span(std::string name, std::string meaning, Duration min, Duration max,
                      Duration& target) {
  std::string bounds = Range(FormatDuration(min), FormatDuration(max));
  SettingInfo info{std::move(name), std::move(meaning), SettingKind::kDuration, "", "", bounds};
  Declare(std::move(info), DurationValue(min, max, std::move(bounds), target));
}

void SettingSet::Address(std::string name, std::string meaning, std::string& target) {
  Declare({std::move(name), std::move(meaning), SettingKind::kEndpoint}, AddressValue(target));
}

void SettingSet::Path(std::string name, std::string meaning, std::string& target) {
  Declare({std::move(name), std::move(meaning), SettingKind::kPath}, TextValue(target));
}

void SettingSet::TextList(std::string name, std::string meaning, std::vector<std::string>& target) {
  Declare({std::move(name), std::move(meaning), SettingKind::kTextList}, TextListValue(target));
}

Status SettingSet::Resolve(const Values& flags, const Values& environment, const Values& file,
                           const std::vector<std::string>& also_known) {
  std::vector<std::string> names;
  std::vector<std::string> variables;
  std::vector<std::vector<Given>> given;
  std::vector<FieldViolation> violations;
  for (size_t i = 0; i < infos_.size(); ++i) {
    names.push_back(infos_[i].name);
    variables.push_back(SettingVariable(infos_[i].name));
    given.push_back(Collect(infos_[i].name, flags, environment, file));
    for (const Given& one : given.back()) {
      if (auto violation = Check(infos_[i], *values_[i], one)) {
        violations.push_back(*std::move(violation));
      }
    }
  }
  ReportUnknown(flags, names, "--", "", violations);
  ReportUnknown(WithoutForeign(environment, also_known), variables, "", "", violations);
  ReportUnknown(file, names, "", " (from the configuration file)", violations);
  if (!violations.empty()) return Summarize(std::move(violations));

  for (size_t i = 0; i < infos_.size(); ++i) {
    const bool is_default = given[i].empty();
    values_[i]->Assign(is_default ? infos_[i].default_value : *given[i].back().text);
    infos_[i].source = is_default ? SettingSource::kDefault : given[i].back().source;
    infos_[i].value = values_[i]->Text();
  }
  return {};
}

const std::vector<SettingInfo>& SettingSet::settings() const { return infos_; }

}  // namespace edgeplane
