#include "storage/join_token.h"

namespace edgeplane::storage {

std::string PhoneDigits(std::string_view phone) {
  std::string digits;
  for (const char c : phone) {
    if (std::string_view("+ -.()").find(c) == std::string_view::npos) digits += c;
  }
  return digits;
}

Agent NewAgent(const Registration& registration, const JoinToken& token) {
  Agent agent;
  agent.agent_id = registration.new_agent_id;
  agent.user_phone = '+' + registration.user_phone;
  agent.labels = token.labels;
  agent.create_time = registration.now;
  agent.update_time = registration.now;
  return agent;
}

JoinVerdict JudgeJoin(const JoinToken& token, const Registration& registration, bool known,
                      bool joined_by_this) {
  if (token.revoke_time) return JoinVerdict::kRevoked;
  if (token.expire_time <= registration.now) return JoinVerdict::kExpired;
  if (!token.user_phone.empty() && token.user_phone != registration.user_phone) {
    return JoinVerdict::kPhoneMismatch;
  }
  const bool exhausted = token.max_uses > 0 && token.uses >= token.max_uses;
  if (exhausted && !(known && joined_by_this)) return JoinVerdict::kExhausted;
  return JoinVerdict::kJoined;
}

}  // namespace edgeplane::storage
