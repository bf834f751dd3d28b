#include "cli/run.h"

#include <fcntl.h>
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>

#include "cli/commands.h"
#include "cli/style.h"

namespace edgeplane::cli {
namespace {

void Drop(gpr_log_func_args*) {}

// gRPC and protobuf write to standard error on their own account, the server's
// between its log lines; what matters to a person comes as a status.
// GRPC_VERBOSITY brings it back, for looking into the line.
void QuietLibraries() {
  if (std::getenv("GRPC_VERBOSITY") != nullptr) return;
  gpr_set_log_function(&Drop);
  google::protobuf::SetLogHandler(nullptr);
}

// A socket or a file that took the number of one of them would be read or written as it.
// They are opened the wrong way round, so that whoever uses them fails. (The first may have
// been taken already, by a descriptor of gRPC's, of which no byte can be had.)
void HoldStandardStreams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest number that is free, which is this one.
    static_cast<void>(open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

}  // namespace

ExitCode Run(const std::vector<std::string>& args, const Surroundings& around) {
  CommandTree tree;
  AddAllCommands(tree);
  return tree.Run(args, around);
}

int RunProcess(int argc, const char* const* argv) {
  HoldStandardStreams();
  QuietLibraries();
  const SystemClock clock;
  const Surroundings around{.in = std::cin,
                            .out = std::cout,
                            .err = std::cerr,
                            .in_is_terminal = isatty(STDIN_FILENO) == 1,
                            .err_is_terminal = isatty(STDERR_FILENO) == 1,
                            .colour = WantsColour(STDOUT_FILENO),
                            .columns = TerminalColumns(STDOUT_FILENO),
                            .clock = clock};
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(Run(args, around));
}

}  // namespace edgeplane::cli
