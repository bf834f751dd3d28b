// Numbers of a JSON text that an IEEE 754 double cannot hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgeplane::cli {

// Whether a double holds what the literal (RFC 8259, 6) says: for integers the
// very number; for others every digit given, so 0.1 is held and a decimal with
// more digits than a double has is not.
bool DoubleHolds(std::string_view literal);

// The first number of a well-formed JSON text that a double does not hold.
// Parsers round such numbers silently, so it takes the text to find them.
std::optional<std::string> FindInexactNumber(std::string_view json);

}  // namespace edgeplane::cli
