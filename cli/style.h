// Colour on a terminal (ECMA-48 SGR), and nothing where there is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace edgeplane::cli {

enum class Style : uint8_t { kPlain, kHeading, kGood, kBad, kWarning, kFaint };

// `text` must have been escaped (EscapeForTerminal).
std::string Styled(std::string_view text, Style style, bool colour);

// Whether file descriptor `fd` is a terminal that wants colour: NO_COLOR unset
// or empty (https://no-color.org), TERM not "dumb".
bool WantsColour(int fd);

// How wide the terminal is that file descriptor `fd` is; 0 where it is none, or
// does not say.
size_t TerminalColumns(int fd);

}  // namespace edgeplane::cli
