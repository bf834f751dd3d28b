#include "services/registry/peers.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/setting_text.h"
#include "services/registry/awaited_sessions.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link_messages.h"
#include "services/registry/registry_parts.h"
#include "services/registry/session_directory.h"
#include "services/registry/session_end.h"

namespace edgeplane::registry {
namespace {

// A word and what it is about, with blanks between them: ids have none.
constexpr std::string_view kWake = "wake";
constexpr std::string_view kConfig = "config";
constexpr std::string_view kEnd = "end";
constexpr std::string_view kClosed = "closed";

std::vector<std::string> Words(std::string_view signal) {
  std::vector<std::string> words;
  while (!signal.empty()) {
    const size_t end = std::min(signal.find(' '), signal.size());
    words.emplace_back(signal.substr(0, end));
    signal.remove_prefix(std::min(end + 1, signal.size()));
  }
  return words;
}

std::string Signal(std::string_view word, const std::vector<std::string>& about) {
  std::string signal(word);
  for (const std::string& each : about) {
    signal += ' ';
    signal += each;
  }
  return signal;
}

// agent, session, gateway, reason.
bool End(const RegistryParts& parts, const std::vector<std::string>& words) {
  const std::optional<int64_t> reason = ParseWholeNumber(words[4]);
  if (!reason || !std::in_range<int>(*reason)) return false;
  const int number = static_cast<int>(*reason);
  if (!v1::Disconnect_IsValid(number)) return false;
  if (!CheckAgentId(words[1]).ok() || !CheckUuid("session_id", words[2]).ok()) return false;
  DirectEndHere(parts, {words[1], words[2]}, words[3], static_cast<v1::Disconnect>(number));
  return true;
}

bool Do(const RegistryParts& parts, const std::vector<std::string>& words) {
  if (words.size() == 5 && words[0] == kEnd) return End(parts, words);
  if (words.size() != 2) return false;
  if (words[0] == kClosed) {
    parts.awaited.Closed(words[1]);
  } else if (words[0] == kWake) {
    parts.dispatcher.Wake(words[1]);
  } else if (words[0] == kConfig) {
    if (parts.directory.WantConfig(words[1])) parts.dispatcher.Wake(words[1]);
  } else {
    return false;
  }
  return true;
}

}  // namespace

void Peers::Wake(const std::string& agent_id) { Say(Signal(kWake, {agent_id})); }

void Peers::ConfigChanged(const std::string& agent_id) { Say(Signal(kConfig, {agent_id})); }

bool Peers::EndSession(const storage::Fence& fence, const std::string& gateway_id,
                       v1::Disconnect reason) {
  Say(Signal(kEnd, {fence.agent_id, fence.session_id, gateway_id,
                    std::to_string(static_cast<int>(reason))}));
  return any();
}

void Peers::SessionClosed(const std::string& session_id) { Say(Signal(kClosed, {session_id})); }

void Peers::Say(std::string signal) {
  if (bus_ == nullptr) return;
  // A gateway's id may be of any form; one like that gets no signals.
  if (signal.size() > storage::kSignalBytesMax || signal.find('\n') != std::string::npos) return;
  bus_->Say(std::move(signal));
}

void Obey(const RegistryParts& parts, std::string_view signal) {
  if (Do(parts, Words(signal))) return;
  LogDebug("registry signal not understood", {{"bytes", signal.size()}});
}

}  // namespace edgeplane::registry
