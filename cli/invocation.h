// One use of the command line, as the command that runs sees it.
#pragma once

#include <CLI/App.hpp>

#include "cli/client_settings.h"
#include "cli/surroundings.h"

namespace edgeplane::cli {

struct Invocation {
  const Surroundings& around;
  const ClientFlags& client_flags;
  bool json = false;
  // The command itself, so that messages can name its options.
  const CLI::App& leaf;
};

}  // namespace edgeplane::cli
