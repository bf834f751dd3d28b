// Where the secret of an agent goes, for the commands that have one made.
#pragma once

#include <string>

#include "cli/secret_output.h"

namespace edgeplane::cli {

inline constexpr SecretWords kAgentSecretWords{"The agent's secret", "secret", "--secret-out"};

// The id becomes the name of a file; the server, which has the last word on ids,
// is asked only after that file is there.
bool IsPlainId(const std::string& id);
inline constexpr char kPlainIdRule[] =
    "an agent's id has letters, digits, '.', '_' and '-', and begins with a letter or digit";

std::string DefaultSecretFile(const std::string& id);  // ./ID.secret

}  // namespace edgeplane::cli
