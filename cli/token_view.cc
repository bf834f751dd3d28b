#include "cli/token_view.h"

#include <string>

#include "base/timestamp.h"
#include "cli/format.h"
#include "cli/table.h"

namespace edgeplane::cli {
namespace {

// What a program that comes with it is told, and why.
Cell StateOf(const v1::JoinToken& token, Time now) {
  if (token.has_revoke_time()) return {"revoked", Style::kWarning};
  if (GetTime(token.expire_time()) <= now) return {"expired", Style::kFaint};
  if (token.max_uses() > 0 && token.uses() >= token.max_uses()) return {"used up", Style::kFaint};
  return {"good", Style::kGood};
}

std::string UsesText(const v1::JoinToken& token) {
  return std::to_string(token.uses()) +
         (token.max_uses() > 0 ? " of " + std::to_string(token.max_uses()) : "");
}

}  // namespace

void WriteJoinToken(const Surroundings& around, const v1::JoinToken& token) {
  const Time now = around.clock.Now();
  Block block;
  block.Add("join token", token.join_token_id());
  block.Add("state", StateOf(token, now));
  block.Add("description", token.description());
  block.Add("for the phone", token.user_phone().empty() ? "any" : token.user_phone());
  block.Add("labels", FormatLabels(token.labels()));
  block.Add("agents made", UsesText(token));
  if (token.has_create_time()) {
    block.Add("created", FormatMoment(GetTime(token.create_time()), now));
  }
  if (token.has_expire_time()) {
    block.Add("expires", FormatMoment(GetTime(token.expire_time()), now));
  }
  if (token.has_revoke_time()) {
    block.Add("revoked", FormatMoment(GetTime(token.revoke_time()), now));
  }
  block.Write(around.out, around.colour);
}

void WriteJoinTokens(const Surroundings& around,
                     const google::protobuf::RepeatedPtrField<v1::JoinToken>& tokens) {
  const Time now = around.clock.Now();
  Table table({"TOKEN", "STATE", "AGENTS", "EXPIRES", "PHONE", "LABELS", "DESCRIPTION"});
  for (const v1::JoinToken& token : tokens) {
    table.Add({token.join_token_id(), StateOf(token, now), UsesText(token),
               FormatRelative(GetTime(token.expire_time()), now), token.user_phone(),
               Join(FormatLabels(token.labels()), ","), token.description()});
  }
  table.Write(around.out, around.colour, around.columns);
}

}  // namespace edgeplane::cli
