#include "cli/span_option.h"

#include "base/setting_text.h"

namespace edgeplane::cli {

CLI::Option* AddSpanOption(CLI::App& app, const std::string& name, std::optional<Duration>& target,
                           SpanBounds bounds, const std::string& meaning) {
  return app
      .add_option_function<std::string>(
          name, [&target](const std::string& text) { target = ParseDuration(text); }, meaning)
      ->type_name("TIME")
      ->check([bounds](const std::string& text) -> std::string {
        const std::optional<Duration> span = ParseDuration(text);
        if (!span) return "a time is a number and its unit, for example 500ms, 15s, 5m, 24h, 30d";
        if (*span < bounds.min) return "must be at least " + FormatDuration(bounds.min);
        if (*span > bounds.max) return "must be at most " + FormatDuration(bounds.max);
        return {};
      });
}

Result<Time> ParseSince(const std::string& text, Time now) {
  if (const std::optional<Duration> span = ParseDuration(text)) {
    // A span longer than time itself means everything.
    if (now.time_since_epoch() <= *span) return Time{};
    return now - *span;
  }
  if (const std::optional<Time> time = ParseTime(text)) return *time;
  return MakeError(v1::ErrorReason::INVALID_FIELD,
                   "must be a span such as 15m, 1h, 7d, or a moment such as 2026-01-31T09:00:00Z");
}

}  // namespace edgeplane::cli
