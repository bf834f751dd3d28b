// Times and spans on the command line.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace edgeplane::cli {

// What a span may be, both ends included.
struct SpanBounds {
  Duration min{};
  Duration max = Duration::max();
};

// --NAME TIME, written as settings are (500ms, 15s, 5m, 24h, 30d).
CLI::Option* AddSpanOption(CLI::App& app, const std::string& name, std::optional<Duration>& target,
                           SpanBounds bounds, const std::string& meaning);

// A span before `now` ("1h") or a moment (RFC 3339).
Result<Time> ParseSince(const std::string& text, Time now);

}  // namespace edgeplane::cli
