// The refusal vocabulary's traits (proto/edgeplane/v1/reason.proto), read from
// the descriptor once.
#pragma once

#include <string>
#include <string_view>

#include "edgeplane/v1/reason.pb.h"

namespace edgeplane {

const v1::ReasonTraits& TraitsOf(v1::Reason reason);
const v1::DisconnectTraits& TraitsOf(v1::Disconnect disconnect);

const std::string& NameOf(v1::Reason reason);          // "SECRET_MISMATCH"
const std::string& NameOf(v1::Disconnect disconnect);  // "IDLE_TIMEOUT"
std::string_view LabelOf(v1::Stage stage);             // "admission": as in metrics and logs

}  // namespace edgeplane
