// Whether a request may be acted on: every field within its limits. INVALID_FIELD
// with all violations when not. What needs the store (does the agent exist?) is
// not asked here.
#pragma once

#include "base/result.h"
#include "edgeplane/v1/admin_service.pb.h"

namespace edgeplane::admin {

Status Validate(const v1::CreateAgentRequest& request);
Status Validate(const v1::ImportAgentRequest& request);
Status Validate(const v1::GetAgentRequest& request);
Status Validate(const v1::ListAgentsRequest& request);
Status Validate(const v1::UpdateAgentRequest& request);
Status Validate(const v1::DisableAgentRequest& request);
Status Validate(const v1::EnableAgentRequest& request);
Status Validate(const v1::DeleteAgentRequest& request);
Status Validate(const v1::RotateSecretRequest& request);
Status Validate(const v1::RetireSecretRequest& request);
Status Validate(const v1::DisconnectAgentRequest& request);

Status Validate(const v1::CreateJoinTokenRequest& request);
Status Validate(const v1::ListJoinTokensRequest& request);
Status Validate(const v1::RevokeJoinTokenRequest& request);

// But for the configuration's content, which is checked where it is turned into
// JSON.
Status Validate(const v1::SetDesiredConfigRequest& request);
Status Validate(const v1::GetDesiredConfigRequest& request);

Status Validate(const v1::ListEventsRequest& request);
// But for the resume token.
Status Validate(const v1::WatchEventsRequest& request);

// But for the payload, which is checked where it is turned into JSON.
Status Validate(const v1::SendCommandRequest& request);
Status Validate(const v1::GetCommandRequest& request);
Status Validate(const v1::ListCommandsRequest& request);
Status Validate(const v1::CancelCommandRequest& request);
Status Validate(const v1::WatchCommandRequest& request);

Status Validate(const v1::GetRefusalRequest& request);
Status Validate(const v1::ListRefusalsRequest& request);
Status Validate(const v1::ListAuditRequest& request);

}  // namespace edgeplane::admin
