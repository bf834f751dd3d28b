// Values as people read them.
#pragma once

#include <google/protobuf/map.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "cli/style.h"
#include "edgeplane/v1/command.pb.h"
#include "edgeplane/v1/reason.pb.h"

namespace edgeplane::cli {

// 2026-01-31T10:15:00+01:00, in this machine's time zone.
std::string FormatLocal(Time time);
// "now", "12s", "5m", "3h", "12d": the two sides of "ago" and "in".
std::string FormatSpan(Duration span);
// "5m ago" or "in 5m".
std::string FormatRelative(Time time, Time now);
// "2026-01-31T10:15:00+01:00 (5m ago)".
std::string FormatMoment(Time time, Time now);

// "k=v" each, by key.
std::vector<std::string> FormatLabels(
    const google::protobuf::Map<std::string, std::string>& labels);
// At most `bytes_max` bytes of it, and ".." where there is more.
std::string Shortened(std::string_view text, size_t bytes_max);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);

// An enum's name, or its number where this program does not know it (the
// server may be newer).
std::string StateText(v1::Command::State state);
Style StateStyle(v1::Command::State state);
bool IsFinal(v1::Command::State state);
std::string ReasonText(v1::Reason reason);
std::string StageText(v1::Stage stage);  // "admission"
std::string TurnText(v1::Turn turn);     // who: "the operator"
std::string PriorityText(v1::Command::Priority priority);
std::string ChannelText(v1::CommandStep::Channel channel);

}  // namespace edgeplane::cli
