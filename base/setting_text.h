// How the values of settings are written. For every value x of a kind,
// Parse(Format(x)) is x.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace edgeplane {

// A whole number and its unit: us, ms, s, m, h or d. Formatted in the largest
// unit that fits exactly; zero is "0s". Not negative.
std::string FormatDuration(Duration duration);
std::optional<Duration> ParseDuration(std::string_view text);

// A whole number of bytes, KiB, MiB, GiB or TiB: "4096", "64KiB". Not negative.
std::string FormatBytes(int64_t bytes);
std::optional<int64_t> ParseBytes(std::string_view text);

// Decimal digits, with a minus sign where needed; nothing else.
std::optional<int64_t> ParseWholeNumber(std::string_view text);

// "true" and "false", also yes, no, on, off, 1, 0.
std::string FormatFlag(bool flag);
std::optional<bool> ParseFlag(std::string_view text);

// Separated by commas; blanks around elements and empty elements are dropped.
// Elements hold no commas.
std::string FormatTextList(const std::vector<std::string>& elements);
std::vector<std::string> ParseTextList(std::string_view text);

// Without the blanks (spaces, tabs, carriage returns) at both ends.
std::string_view TrimBlanks(std::string_view text);

}  // namespace edgeplane
