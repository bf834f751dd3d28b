#include "services/admin/desired_configs.h"

#include <string>

#include "services/admin/convert.h"
#include "services/admin/payload.h"
#include "services/admin/validation.h"

namespace edgeplane::admin {

Result<v1::DesiredConfig> DesiredConfigs::Set(const v1::SetDesiredConfigRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  const Result<std::string> content = PayloadToJson(request.config(), "config");
  if (!content.ok()) return content.error();

  const auto config =
      store_.SetDesiredConfig(request.agent_id(), *content, request.resend(), clock_.Now());
  if (!config.ok()) {
    Error error = config.error();
    if (error.code == v1::ErrorReason::STORE_IN_DOUBT) {
      control_.ConfigChanged(request.agent_id());  // finds out by itself
      error.message +=
          request.resend()
              ? " Look the configuration up: if its version has grown, this was taken, and to set "
                "it again with resend would send it twice."
              : " Set it again: if it was taken, the same content is no change.";
    }
    return error;
  }
  if (config->delivered_version < config->version) control_.ConfigChanged(request.agent_id());
  return ToProto(*config);
}

Result<v1::DesiredConfig> DesiredConfigs::Get(const v1::GetDesiredConfigRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  const auto config = store_.GetDesiredConfig(request.agent_id());
  if (!config.ok()) return config.error();
  return ToProto(*config);
}

}  // namespace edgeplane::admin
