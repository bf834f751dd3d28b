#include "cli/agent_secret_output.h"

namespace edgeplane::cli {

bool IsPlainId(const std::string& id) {
  return !id.empty() && id.front() != '.' && id.front() != '-' &&
         id.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
             "0123456789._-") == std::string::npos;
}

std::string DefaultSecretFile(const std::string& id) { return "./" + id + ".secret"; }

}  // namespace edgeplane::cli
