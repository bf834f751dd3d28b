#include "base/setting_environment.h"

#include <unistd.h>

#include "base/setting.h"

namespace edgeplane {

SettingSet::Values EnvironmentSettings() {
  SettingSet::Values values;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || !text.starts_with(kSettingVariablePrefix)) continue;
    values.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return values;
}

std::string SettingVariable(std::string_view name) {
  std::string variable(kSettingVariablePrefix);
  for (char c : name) {
    if (c == '-') {
      variable += '_';
    } else {
      variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return variable;
}

bool IsKubernetesServiceVariable(std::string_view name, std::string_view value) {
  if (name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT") ||
      name.find("_SERVICE_PORT_") != std::string_view::npos) {
    return true;
  }
  const bool is_url =
      value.starts_with("tcp://") || value.starts_with("udp://") || value.starts_with("sctp://");
  if (name.ends_with("_PORT") && is_url) return true;
  // EDGEPLANE_PORT_8080_TCP, and the same with _PROTO, _PORT or _ADDR
  const size_t port = name.find("_PORT_");
  if (port == std::string_view::npos) return false;
  const std::string_view number = name.substr(port + 6);
  const size_t digits = number.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return false;
  const std::string_view protocol = number.substr(digits);
  return protocol.starts_with("_TCP") || protocol.starts_with("_UDP") ||
         protocol.starts_with("_SCTP");
}

}  // namespace edgeplane
