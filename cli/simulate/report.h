// What a run says of itself, while it goes on and at its end.
#pragma once

#include <ostream>
#include <string>

#include "cli/simulate/results.h"

namespace edgeplane::simulate {

// One line, without the newline.
std::string ProgressLine(Duration time, const Tally& agents, const OrderTally& orders);

// For people.
void WriteSummary(std::ostream& out, bool colour, const Results& results);
// One JSON object on one line.
void WriteSummaryJson(std::ostream& out, const Results& results);

}  // namespace edgeplane::simulate
