// Which variables of the environment are settings of edgeplane.
#pragma once

#include <string_view>

namespace edgeplane {

inline constexpr std::string_view kSettingVariablePrefix = "EDGEPLANE_";

// Whether Kubernetes put this variable there for a Service whose name begins
// with edgeplane (EDGEPLANE_SERVICE_HOST, EDGEPLANE_PORT_8080_TCP_ADDR, ..): it
// does so in every pod unless enableServiceLinks is off, and nobody meant it as
// a setting.
bool IsKubernetesServiceVariable(std::string_view name, std::string_view value);

}  // namespace edgeplane
