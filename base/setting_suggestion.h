// "Did you mean": for names that people mistype.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edgeplane {

// The candidate nearest to `name`, if one is so near that it may be meant;
// otherwise empty.
std::string NearestName(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace edgeplane
