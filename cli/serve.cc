#include "cli/serve.h"

#include <iostream>

namespace edgeplane::cli {

int Serve(const SettingSet::Values&) {
  std::cerr << "edgeplane: serve is not built yet\n";
  return 1;
}

}  // namespace edgeplane::cli
