// Times and spans on the command line.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/timestamp.h"

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

// --since of a list, as ParseSince reads it, into its filter; empty: none.
template <class Filter>
Status SetSince(const std::string& text, Time now, Filter& filter) {
  if (text.empty()) return {};
  const Result<Time> since = ParseSince(text, now);
  if (!since.ok()) {
    return MakeError(v1::ErrorReason::INVALID_FIELD, "--since: " + since.error().message);
  }
  SetTime(*since, *filter.mutable_since());
  return {};
}

}  // namespace edgeplane::cli
