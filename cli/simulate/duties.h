// What an agent does whatever channel it uses: carries out commands, reports
// events and its status.
#pragma once

#include <optional>
#include <string>

#include "cli/simulate/agent_words.h"
#include "cli/simulate/journal.h"
#include "cli/simulate/outbox.h"
#include "cli/simulate/plan.h"
#include "cli/simulate/rhythm.h"
#include "cli/simulate/seen_commands.h"
#include "cli/simulate/server_words.h"
#include "cli/simulate/tally.h"

namespace edgeplane::simulate {

enum class Channel : uint8_t { kWebSocket, kHttp };
std::string_view NameOf(Channel channel);

// What all agents share; lives on their event loop, but for the journal.
struct Books {
  const Plan& plan;
  const Clock& clock;
  Journal& journal;
  Tally tally;
  SeenCommands seen;
  bool quiet = false;  // the end is near: nothing new is begun
};

class Duties {
 public:
  Duties(Books& books, int64_t number);

  void Begin(Moment now);
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] Generation generation() const { return generation_; }
  [[nodiscard]] const std::optional<std::string>& last_command_id() const { return last_command_; }
  [[nodiscard]] Random& random() { return random_; }

  // --- what arrives ---
  void Carry(const Command& command, Channel channel, Moment now);
  void EventAcknowledged(const std::string& event_id, Channel channel);
  void Configured(Channel channel);
  void Complain(const Complaint& complaint);

  // --- what is said ---
  // Makes the events that are due.
  void MakeEvents(Moment now);
  [[nodiscard]] bool StatusDue(Moment now) const { return status_.Due(now); }
  void StatusTaken(Moment now) { status_.Advance(now, random_); }
  [[nodiscard]] AgentStatus Status(Moment now) const;
  // When there is something to do next, on a channel that can do it.
  [[nodiscard]] Moment NextDue() const;

  // For polling agents, who only say what is done.
  [[nodiscard]] Moment NextFinalAck() const { return outbox_.NextFinalAckDue(); }

  [[nodiscard]] Outbox& outbox() { return outbox_; }
  // What was taken from the outbox has been written to a WebSocket, answered over
  // HTTP, or refused for good.
  void AckWritten(const Ack& ack, Moment now);
  void AckAnswered(const Ack& ack);
  void AckDropped(std::string_view why);
  void EventWritten(std::string_view event_id, Channel channel);
  void SessionEnded(bool heard);

  void Note(std::string_view what, Channel channel, std::string_view id = {},
            std::string_view word = {});

 private:
  [[nodiscard]] bool Fails(std::string_view command_id) const;
  void AddAck(Ack ack, Moment due);
  void CountFinal(const Ack& ack, Channel channel);

  Books& books_;
  const std::string id_;
  const Generation generation_;
  Random random_;
  Outbox outbox_;
  Rhythm events_;
  Rhythm status_;
  Moment began_{};
  std::optional<std::string> last_command_;
  int64_t events_made_ = 0;
};

}  // namespace edgeplane::simulate
