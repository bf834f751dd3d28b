// The embedded statements, for whoever has to look at them as text (tests ask
// PostgreSQL for the plan of each).
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace edgeplane::storage::postgres {

// {name, SQL}, ordered by name.
std::span<const std::pair<std::string_view, std::string_view>> AllStatements();

}  // namespace edgeplane::storage::postgres
