// Which server the operator's commands call, as whom, and how long they wait.
#pragma once

#include <string>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "base/setting.h"

namespace edgeplane::cli {

// As given on the command line: "server", "token-file", "data-dir", "timeout",
// those that were given.
using ClientFlags = SettingSet::Values;

struct ClientSettings {
  // host:port. Empty: a data directory was named that tells of no server.
  std::string server;
  // It is the default, as nothing says where the server listens.
  bool server_assumed = false;
  std::string data_dir;    // empty: there is none
  std::string token_file;  // empty: there is no data directory to have one in
  // False when the token file is only where one would be by default: then it
  // need not be there, and the server decides what a call without token may do.
  bool token_file_given = false;
  bool token_sent = false;  // a token was read from it, and goes with every call
  Duration timeout{};
};

// Flags, then EDGEPLANE_SERVER, EDGEPLANE_TOKEN_FILE, EDGEPLANE_DATA_DIR and
// EDGEPLANE_TIMEOUT, then what the data directory says, then the defaults.
Result<ClientSettings> ResolveClientSettings(const ClientFlags& flags);

// host:port, with a name, an IPv4 address or an IPv6 address in brackets.
bool IsServerAddress(std::string_view text);

}  // namespace edgeplane::cli
