// The messages of a link that are about sessions and refusals, and the domain's
// words for them. What comes in is checked
// here: ids for their form, strings for their length.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "storage/command.h"
#include "storage/refusal.h"
#include "storage/store.h"

namespace edgeplane::registry {

inline constexpr size_t kGatewayIdBytesMax = 128;
inline constexpr size_t kAgentIdBytesMax = 128;
inline constexpr size_t kPeerAddressBytesMax = 64;

// INVALID_FIELD where an id is not what it must be; texts for people that are
// too long are cut instead.
Status CheckGatewayId(std::string_view gateway_id);
Status CheckAgentId(std::string_view agent_id);
Status CheckUuid(const char* name, const std::string& text);
Result<std::vector<storage::HeldSession>> ToHeldSessions(
    const google::protobuf::RepeatedPtrField<v1::Hello::HeldSession>& sessions);
Result<storage::SessionEnd> ToSessionEnd(const v1::SessionClosed& closed, Time now);
Result<storage::Refusal> ToRefusal(const v1::Refusal& refusal, const std::string& gateway_id);

v1::RegistryMessage WelcomeMessage(Duration lease, bool alone);
v1::RegistryMessage LeaseMessage(int64_t number, Duration lease);
v1::RegistryMessage ConfirmMessage(int64_t sequence);
v1::RegistryMessage DeliverMessage(const std::string& session_id, const storage::Command& command);
void SetDeliver(const std::string& session_id, const storage::Command& command,
                v1::Deliver& deliver);
v1::RegistryMessage DeliverConfigMessage(const std::string& session_id,
                                         const storage::DesiredConfig& config);
v1::RegistryMessage EndSessionMessage(const storage::Fence& fence, v1::Disconnect reason);

// Of any message that names a session with its epoch.
template <class Message>
Result<storage::Fence> FenceOf(const Message& message) {
  if (Status status = CheckAgentId(message.agent_id()); !status.ok()) return status.error();
  if (Status status = CheckUuid("session_id", message.session_id()); !status.ok()) {
    return status.error();
  }
  return storage::Fence{message.agent_id(), message.session_id(), message.epoch()};
}

}  // namespace edgeplane::registry
