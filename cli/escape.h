// Text from elsewhere on an operator's terminal. What agents say is hostile
// input: a terminal obeys control characters (ECMA-48) and reorders text by
// bidirectional controls (UAX #9), either of which lets an agent forge what an
// operator reads.
#pragma once

#include <string>
#include <string_view>

namespace edgeplane::cli {

// The text on one line, with everything that a terminal would obey rather than
// show written out: \n \t \r, \x1b for other control characters and for bytes
// that are not UTF-8, \u{202e} for invisible and direction-changing characters.
// A backslash stays as it is: the result is for eyes, not for parsing.
std::string EscapeForTerminal(std::string_view text);

// Columns the text takes on a terminal. For text that has been through
// EscapeForTerminal; wide characters (UAX #11) count 2, combining ones 0.
size_t DisplayWidth(std::string_view text);

// As much of the text as fits that many columns, with an ellipsis at its end where
// some is left out. For the same text as DisplayWidth; `columns` is at least 1.
std::string CutToWidth(std::string_view text, size_t columns);

}  // namespace edgeplane::cli
