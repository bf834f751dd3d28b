#include "cli/event_view.h"

#include <string>

#include "base/timestamp.h"
#include "cli/escape.h"
#include "cli/format.h"
#include "cli/json_output.h"
#include "cli/table.h"

namespace edgeplane::cli {
namespace {

// --json has all of it.
constexpr size_t kDetailsBytesShown = 100;

std::string DetailsText(const v1::Event& event) {
  if (!event.has_details()) return "(cannot be read any more)";
  const Result<std::string> details = ToJson(event.details());
  return Shortened(details.ok() ? *details : "(" + details.error().message + ")",
                   kDetailsBytesShown);
}

}  // namespace

void WriteEvent(const Surroundings& around, const v1::Event& event) {
  around.out << FormatLocal(GetTime(event.receive_time())) << "  "
             << Styled(EscapeForTerminal(event.agent_id()), Style::kHeading, around.colour) << "  "
             << EscapeForTerminal(event.event_type());
  if (!event.thread_id().empty()) around.out << "  " << EscapeForTerminal(event.thread_id());
  around.out << "  " << EscapeForTerminal(DetailsText(event)) << '\n';
}

void WriteEvents(const Surroundings& around,
                 const google::protobuf::RepeatedPtrField<v1::Event>& events) {
  const Time now = around.clock.Now();
  Table table({"RECEIVED", "AGENT", "TYPE", "THREAD", "EVENT", "CHANNEL", "DETAILS"});
  table.KeepWhole(1);
  table.KeepWhole(4);
  for (const v1::Event& event : events) {
    table.Add({FormatRelative(GetTime(event.receive_time()), now), event.agent_id(),
               event.event_type(), event.thread_id(), event.event_id(),
               ChannelText(event.channel()), DetailsText(event)});
  }
  table.Write(around.out, around.colour, around.columns);
}

}  // namespace edgeplane::cli
