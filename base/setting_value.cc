#include "base/setting_value.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <variant>

#include "base/encoding.h"
#include "base/endpoint.h"
#include "base/setting_text.h"

namespace edgeplane {
namespace {

constexpr size_t kValueBytesMax = 32 * 1024;

struct Complaint {
  std::string text;
};
template <class T>
using Parsed = std::variant<T, Complaint>;
template <class T>
using Parse = std::function<Parsed<T>(std::string_view)>;

template <class T>
class TypedValue final : public SettingValue {
 public:
  TypedValue(T& target, Parse<T> parse, std::string (*format)(const T&))
      : target_(target), parse_(std::move(parse)), format_(format) {}

  [[nodiscard]] std::optional<std::string> Complaint(std::string_view text) const override {
    if (text.size() > kValueBytesMax) return "is too long";
    if (!IsValidUtf8(text)) return "is not UTF-8 text";
    const Parsed<T> parsed = parse_(text);
    if (const auto* complaint = std::get_if<1>(&parsed)) return complaint->text;
    return std::nullopt;
  }
  void Assign(std::string_view text) override { target_ = std::get<0>(parse_(text)); }
  [[nodiscard]] std::string Text() const override { return format_(target_); }

 private:
  T& target_;
  const Parse<T> parse_;
  std::string (*const format_)(const T&);
};

template <class T>
std::unique_ptr<SettingValue> Make(T& target, Parse<T> parse, std::string (*format)(const T&)) {
  return std::make_unique<TypedValue<T>>(target, std::move(parse), format);
}

std::string SameText(const std::string& text) { return text; }

// `read` gives an optional; `kind` is "a whole number" or the like.
template <class T, class Read>
Parse<T> Within(T min, T max, std::string bounds, std::string kind, Read read) {
  return [=](std::string_view text) -> Parsed<T> {
    const std::optional<T> value = read(text);
    if (!value) return Complaint{"is not " + kind + "; allowed are " + bounds};
    if (*value < min || *value > max) return Complaint{"is out of bounds; allowed are " + bounds};
    return *value;
  };
}

}  // namespace

std::unique_ptr<SettingValue> TextValue(std::string& target) {
  return Make<std::string>(
      target, [](std::string_view text) { return std::string(text); }, SameText);
}

std::unique_ptr<SettingValue> ChoiceValue(std::vector<std::string> choices, std::string bounds,
                                          std::string& target) {
  auto parse = [choices = std::move(choices),
                bounds = std::move(bounds)](std::string_view text) -> Parsed<std::string> {
    if (std::find(choices.begin(), choices.end(), text) != choices.end()) return std::string(text);
    return Complaint{"is not one of the choices; allowed are " + bounds};
  };
  return Make<std::string>(target, std::move(parse), SameText);
}

std::unique_ptr<SettingValue> FlagValue(bool& target) {
  auto parse = [](std::string_view text) -> Parsed<bool> {
    if (const auto flag = ParseFlag(text)) return *flag;
    return Complaint{"is not a yes or no; allowed are true, false"};
  };
  return Make<bool>(target, parse, [](const bool& flag) { return FormatFlag(flag); });
}

std::unique_ptr<SettingValue> CountValue(int64_t min, int64_t max, std::string bounds,
                                         int64_t& target) {
  return Make<int64_t>(target,
                       Within(min, max, std::move(bounds), "a whole number", ParseWholeNumber),
                       [](const int64_t& count) { return std::to_string(count); });
}

std::unique_ptr<SettingValue> BytesValue(int64_t min, int64_t max, std::string bounds,
                                         int64_t& target) {
  return Make<int64_t>(
      target, Within(min, max, std::move(bounds), "a size such as 4096, 64KiB or 1MiB", ParseBytes),
      [](const int64_t& bytes) { return FormatBytes(bytes); });
}

std::unique_ptr<SettingValue> DurationValue(Duration min, Duration max, std::string bounds,
                                            Duration& target) {
  return Make<Duration>(target,
                        Within(min, max, std::move(bounds),
                               "a duration such as 500ms, 15s, 5m, 24h or 30d", ParseDuration),
                        [](const Duration& duration) { return FormatDuration(duration); });
}

std::unique_ptr<SettingValue> AddressValue(std::string& target) {
  auto parse = [](std::string_view text) -> Parsed<std::string> {
    // Empty: what would listen there does not.
    if (text.empty() || ParseEndpoint(text).ok()) return std::string(text);
    return Complaint{"is not an IP address and port such as 127.0.0.1:8080, [::1]:8080 or :8080"};
  };
  return Make<std::string>(target, parse, SameText);
}

std::unique_ptr<SettingValue> TextListValue(std::vector<std::string>& target) {
  return Make<std::vector<std::string>>(
      target, [](std::string_view text) { return ParseTextList(text); }, FormatTextList);
}

}  // namespace edgeplane
