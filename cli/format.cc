#include "cli/format.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/encoding.h"

namespace edgeplane::cli {
namespace {

template <class Enum>
std::string EnumText(Enum value) {
  const google::protobuf::EnumValueDescriptor* known =
      google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(static_cast<int>(value));
  return known != nullptr ? known->name() : std::to_string(static_cast<int>(value));
}

std::string LowerCase(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

std::string FormatLocal(Time time) {
  const time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  tm local{};
  std::array<char, 64> buffer{};
  if (localtime_r(&seconds, &local) == nullptr) return std::to_string(seconds);
  const size_t size = strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%S%z", &local);
  std::string text(buffer.data(), size);
  // strftime writes +0100; RFC 3339 wants +01:00.
  if (text.size() > 5) text.insert(text.size() - 2, ":");
  return text;
}

std::string FormatSpan(Duration span) {
  using std::chrono::duration_cast;
  const int64_t seconds = duration_cast<std::chrono::seconds>(std::chrono::abs(span)).count();
  constexpr int64_t kMinute = 60;
  constexpr int64_t kHour = 60 * kMinute;
  constexpr int64_t kDay = 24 * kHour;
  if (seconds < 1) return "now";
  // From two of a unit on: "90s" says more than "1m". To the nearest: a day
  // that began a moment ago is not 23 hours.
  const auto nearest = [&](int64_t unit) { return std::to_string((seconds + unit / 2) / unit); };
  if (seconds < 2 * kMinute) return nearest(1) + "s";
  if (seconds < 2 * kHour) return nearest(kMinute) + "m";
  if (seconds < 2 * kDay) return nearest(kHour) + "h";
  return nearest(kDay) + "d";
}

std::string FormatRelative(Time time, Time now) {
  const std::string span = FormatSpan(now - time);
  if (span == "now") return span;
  return time <= now ? span + " ago" : "in " + span;
}

std::string FormatMoment(Time time, Time now) {
  return FormatLocal(time) + " (" + FormatRelative(time, now) + ")";
}

std::vector<std::string> FormatLabels(
    const google::protobuf::Map<std::string, std::string>& labels) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : labels) parts.push_back(key + "=" + value);
  std::ranges::sort(parts);
  return parts;
}

std::string Shortened(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  return std::string(CutUtf8(text, bytes_max)) + "..";
}

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

std::string StateText(v1::Command::State state) { return EnumText(state); }

Style StateStyle(v1::Command::State state) {
  switch (state) {
    case v1::Command::COMPLETED:
      return Style::kGood;
    case v1::Command::FAILED:
      return Style::kBad;
    case v1::Command::EXPIRED:
    case v1::Command::CANCELLED:
    case v1::Command::IN_DOUBT:
      return Style::kWarning;
    default:
      return Style::kPlain;
  }
}

bool IsFinal(v1::Command::State state) {
  switch (state) {
    case v1::Command::COMPLETED:
    case v1::Command::FAILED:
    case v1::Command::EXPIRED:
    case v1::Command::CANCELLED:
    case v1::Command::IN_DOUBT:
      return true;
    default:
      return false;
  }
}

std::string ReasonText(v1::Reason reason) { return EnumText(reason); }

std::string StageText(v1::Stage stage) { return LowerCase(EnumText(stage)); }

std::string TurnText(v1::Turn turn) {
  switch (turn) {
    case v1::TURN_AGENT:
      return "the agent: its software or its configuration";
    case v1::TURN_OPERATOR:
      return "the operator: whoever administers the fleet";
    case v1::TURN_NETWORK:
      return "the network: a proxy, a firewall or the line in between";
    case v1::TURN_SERVER:
      return "the server: edgeplane, or the machine it runs on";
    default:
      return EnumText(turn);
  }
}

std::string PriorityText(v1::Command::Priority priority) {
  return priority == v1::Command::PRIORITY_UNSPECIFIED ? "normal" : LowerCase(EnumText(priority));
}

std::string ChannelText(v1::CommandStep::Channel channel) {
  switch (channel) {
    case v1::CommandStep::API:
      return "operator";
    case v1::CommandStep::SYSTEM:
      return "edgeplane";
    default:
      return LowerCase(EnumText(channel));
  }
}

}  // namespace edgeplane::cli
