// Values that are one of a few words, in any case and with '-' for '_'.
#pragma once

#include <string>
#include <vector>

namespace edgeplane::cli {

// Gives `value` the spelling of the word it is. False: it is none of them.
bool Respell(std::string& value, const std::vector<std::string>& words);

// That `value` is none of them, and which was probably meant; with all of them
// where they are few, or none is near.
std::string NoneOf(const std::string& value, const std::vector<std::string>& words);

}  // namespace edgeplane::cli
