#include "cli/client_settings.h"

#include <charconv>
#include <filesystem>

#include "cli/data_directory.h"
#include "cli/endpoints.h"
#include "cli/own_settings.h"

namespace edgeplane::cli {
namespace {

constexpr char kDefaultServer[] = "127.0.0.1:9090";
constexpr Duration kTimeoutMin = std::chrono::milliseconds(100);
constexpr Duration kTimeoutMax = std::chrono::hours(1);

// What the data directory says, or nothing.
std::string DiscoverServer(const std::string& data_dir) {
  if (data_dir.empty()) return {};
  const Result<Endpoints> endpoints = ReadEndpoints(data_dir);
  if (!endpoints.ok() || !IsServerAddress(endpoints->grpc_listen)) return {};
  return endpoints->grpc_listen;
}

// Whoever names a directory means the server that runs on it, and must not reach
// another one by chance. Without one there may still be a server where it is by
// default.
void FindServer(bool data_dir_given, ClientSettings& settings) {
  settings.server = DiscoverServer(settings.data_dir);
  if (!settings.server.empty() || data_dir_given) return;
  settings.server = kDefaultServer;
  settings.server_assumed = true;
}

}  // namespace

bool IsServerAddress(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool bracketed = host.front() == '[' && host.back() == ']';
  for (const char c : host) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '.' || c == '-' || c == '_';
    if (!plain && !(bracketed && (c == ':' || c == '%' || c == '[' || c == ']'))) return false;
  }
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && number >= 1 && number <= 65535;
}

Result<ClientSettings> ResolveClientSettings(const ClientFlags& flags) {
  std::string data_dir = DefaultDataDirectory();
  std::string server;
  std::string token_file;
  Duration timeout = std::chrono::seconds(10);
  SettingSet set;
  set.Path("data-dir", "The server's data directory.", data_dir);
  set.Text("server", "Address of the operator's API.", server);
  set.Path("token-file", "File with the admin token.", token_file);
  set.Span("timeout", "How long one call may take.", kTimeoutMin, kTimeoutMax, timeout);
  const Status resolved =
      set.Resolve(flags, OnlyOwn(set, EnvironmentSettings(), SettingVariable), {});
  if (!resolved.ok()) return resolved.error();

  ClientSettings settings;
  settings.data_dir = data_dir;
  settings.timeout = timeout;
  settings.token_file_given = !token_file.empty();
  settings.token_file = token_file;
  if (!settings.token_file_given && !data_dir.empty()) {
    settings.token_file = (std::filesystem::path(data_dir) / kAdminTokenFile).string();
  }
  if (!server.empty() && !IsServerAddress(server)) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     "the server address must be HOST:PORT, for example 127.0.0.1:9090 or "
                     "[::1]:9090, without http://");
  }
  settings.server = server;
  if (server.empty()) {
    FindServer(set.settings().front().source != SettingSource::kDefault, settings);
  }
  return settings;
}

}  // namespace edgeplane::cli
