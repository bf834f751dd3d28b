#include "base/version.h"

namespace edgeplane {

std::string_view Version() { return EDGEPLANE_VERSION; }

}  // namespace edgeplane
