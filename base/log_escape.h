// How text from anywhere becomes part of a log line that nobody can forge or
// use to drive a terminal. What may do harm is escaped: control characters
// (C0, DEL, C1), line and paragraph separators, the marks that reorder text
// (Unicode UAX #9), and bytes that are not UTF-8. Text longer than 2 KiB is cut
// and ends in "...".
#pragma once

#include <string>
#include <string_view>

namespace edgeplane {

// As it is but for the escapes: \n \r \t \u202e, and \xff for a stray byte.
void AppendPlainText(std::string& line, std::string_view text);

// A logfmt value: bare when it is made of [A-Za-z0-9._:/+@-] only, otherwise in
// double quotes with \" and \\ as well.
void AppendTextValue(std::string& line, std::string_view text);

// A JSON string with its quotes. A stray byte 0xff becomes the four characters
// \xff, since JSON has no escape for it.
void AppendJsonText(std::string& line, std::string_view text);

}  // namespace edgeplane
