// A setting's target together with the rules of its kind.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace edgeplane {

class SettingValue {
 public:
  virtual ~SettingValue() = default;

  // What is wrong with the text, as the end of a sentence that begins with it:
  // `is not a whole number; allowed are 1..64`. Nothing when it is allowed.
  [[nodiscard]] virtual std::optional<std::string> Complaint(std::string_view text) const = 0;
  // Gives the target the value of a text there is no complaint about.
  virtual void Assign(std::string_view text) = 0;
  // The target's value; Assign(Text()) changes nothing.
  [[nodiscard]] virtual std::string Text() const = 0;
};

// The targets must outlive the result. `bounds` is how people read the limits.
std::unique_ptr<SettingValue> TextValue(std::string& target);
std::unique_ptr<SettingValue> ChoiceValue(std::vector<std::string> choices, std::string bounds,
                                          std::string& target);
std::unique_ptr<SettingValue> FlagValue(bool& target);
std::unique_ptr<SettingValue> CountValue(int64_t min, int64_t max, std::string bounds,
                                         int64_t& target);
std::unique_ptr<SettingValue> BytesValue(int64_t min, int64_t max, std::string bounds,
                                         int64_t& target);
std::unique_ptr<SettingValue> DurationValue(Duration min, Duration max, std::string bounds,
                                            Duration& target);
std::unique_ptr<SettingValue> AddressValue(std::string& target);
std::unique_ptr<SettingValue> TextListValue(std::vector<std::string>& target);

}  // namespace edgeplane
