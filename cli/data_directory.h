// The data directory, as the server and the operator's commands find it.
#pragma once

#include <string>

namespace edgeplane::cli {

// $XDG_DATA_HOME/edgeplane, or .local/share/edgeplane in the home directory
// (XDG Base Directory Specification 0.8: a relative XDG_DATA_HOME is ignored).
// Empty when there is no home directory either.
std::string DefaultDataDirectory();

inline constexpr char kAdminTokenFile[] = "admin.token";
inline constexpr char kMasterKeyFile[] = "master.key";
inline constexpr char kStoreFile[] = "edgeplane.db";
inline constexpr char kEndpointsFile[] = "endpoints.json";

}  // namespace edgeplane::cli
