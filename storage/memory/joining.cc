#include <algorithm>

#include "storage/cursor.h"
#include "storage/memory/memory_store.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

Result<JoinToken> MemoryStore::CreateJoinToken(const JoinToken& token) {
  return Write([&]() -> Result<JoinToken> {
    for (const auto& [number, earlier] : join_tokens_) {
      if (earlier.join_token_id == token.join_token_id || earlier.sha256 == token.sha256) {
        return JoinTokenTaken(token.join_token_id);
      }
    }
    const int64_t number = join_tokens_.empty() ? 1 : join_tokens_.rbegin()->first + 1;
    return join_tokens_.emplace(number, token).first->second;
  });
}

Result<Page<JoinToken>> MemoryStore::ListJoinTokens(const PageRequest& page) {
  return Read([&]() -> Result<Page<JoinToken>> {
    const Result<std::optional<int64_t>> from = ReadJoinTokenCursor(page);
    if (!from.ok()) return from.error();
    Page<JoinToken> result;
    int64_t last = 0;
    for (auto row = join_tokens_.rbegin(); row != join_tokens_.rend(); ++row) {
      if (*from && row->first >= **from) continue;
      if (result.items.size() == PageSize(page)) {
        result.next = JoinTokenCursor(last);
        break;
      }
      result.items.push_back(row->second);
      last = row->first;
    }
    return result;
  });
}

Result<JoinToken> MemoryStore::RevokeJoinToken(const std::string& join_token_id, Time now) {
  return Write([&]() -> Result<JoinToken> {
    for (auto& [number, token] : join_tokens_) {
      if (token.join_token_id != join_token_id) continue;
      if (!token.revoke_time) token.revoke_time = now;
      return token;
    }
    return JoinTokenNotFound(join_token_id);
  });
}

Result<Joined> MemoryStore::RegisterAgent(const Registration& registration) {
  return Write([&]() -> Result<Joined> {
    JoinToken* token = FindJoinToken(registration.token_sha256);
    if (token == nullptr) return Joined{};
    const StoredAgent* known = FindByPhone(registration);
    const bool joined_by_this = known != nullptr && known->join_token_id == token->join_token_id;
    Joined joined;
    joined.verdict = JudgeJoin(*token, registration, known != nullptr, joined_by_this);
    if (joined.verdict == JoinVerdict::kJoined) {
      joined.created = known == nullptr;
      if (joined.created) {
        InsertAgent(NewAgent(registration, *token), registration.secret).join_token_id =
            token->join_token_id;
        ++token->uses;
      }
      joined.agent_id = known != nullptr ? known->agent.agent_id : registration.new_agent_id;
    }
    joined.token = *token;
    return joined;
  });
}

JoinToken* MemoryStore::FindJoinToken(const std::string& sha256) {
  for (auto& [number, token] : join_tokens_) {
    if (token.sha256 == sha256) return &token;
  }
  return nullptr;
}

MemoryStore::StoredAgent* MemoryStore::FindByPhone(const Registration& registration) {
  if (StoredAgent* stored = FindAgent(registration.new_agent_id)) return stored;
  StoredAgent* found = nullptr;
  for (auto& [agent_id, stored] : agents_) {
    if (PhoneDigits(stored.agent.user_phone) != registration.user_phone) continue;
    if (found != nullptr) return nullptr;
    found = &stored;
  }
  return found;
}

}  // namespace edgeplane::storage
