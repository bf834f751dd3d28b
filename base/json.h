// Strict JSON (RFC 8259) over Boost.JSON, with the checks it leaves out:
// duplicate names and a limit to depth. UTF-8 only.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgeplane {

struct JsonLimits {
  size_t bytes_max = 256 * 1024;
  size_t depth_max = 32;  // [[]] has depth 2
};

// INVALID_FIELD with a sentence that says what is wrong and never repeats the
// input.
Result<boost::json::value> ParseJson(std::string_view text, const JsonLimits& limits);

// Object members in byte order of their names, so that equal values give equal
// text.
std::string CanonicalJson(const boost::json::value& value);

}  // namespace edgeplane
