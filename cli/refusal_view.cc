#include "cli/refusal_view.h"

#include "base/timestamp.h"
#include "cli/escape.h"
#include "cli/format.h"
#include "cli/table.h"

namespace edgeplane::cli {
namespace {

std::string AnswerText(const v1::Refusal& refusal) {
  return refusal.http_status() == 0 ? "none: the connection was closed"
                                    : "HTTP " + std::to_string(refusal.http_status());
}

std::string RetryText(v1::Retry retry) {
  switch (retry) {
    case v1::RETRY_USELESS:
      return "useless until somebody changes something";
    case v1::RETRY_LATER:
      return "may succeed later";
    default:
      return {};
  }
}

void AddTimes(Block& block, const v1::Refusal& refusal, Time now) {
  const bool once = refusal.count() <= 1;
  block.Add(once ? "when" : "first", FormatMoment(GetTime(refusal.create_time()), now));
  if (once) return;
  block.Add("last", FormatMoment(GetTime(refusal.last_time()), now));
  block.Add("attempts", std::to_string(refusal.count()));
}

void AddPresented(Block& block, const v1::Presented& presented, Time now) {
  std::string request = presented.method();
  if (!presented.path().empty()) request += (request.empty() ? "" : " ") + presented.path();
  block.Add("request", request);
  std::string credential = presented.credential_kind();
  if (!presented.scheme().empty()) {
    credential =
        credential.empty() ? presented.scheme() : credential + " (" + presented.scheme() + ")";
  }
  block.Add("credential", credential);
  block.Add("fingerprint", presented.fingerprint());
  block.Add("token's subject", presented.token_subject());
  if (presented.has_token_time()) {
    block.Add("token's time", FormatMoment(GetTime(presented.token_time()), now));
  }
  block.Add("user agent", presented.user_agent());
  block.Add("TLS", presented.tls_version());
  block.Add("headers",
            Join({presented.header_names().begin(), presented.header_names().end()}, ", "));
}

void AddExpected(Block& block, const v1::Expected& expected, Time now) {
  block.Add("fingerprint", expected.fingerprint());
  if (expected.has_secret_create_time()) {
    block.Add("secret since", FormatMoment(GetTime(expected.secret_create_time()), now));
  }
  block.Add("addresses",
            {expected.allowed_addresses().begin(), expected.allowed_addresses().end()});
  block.Add("session held by", expected.session_peer_address());
}

}  // namespace

void WriteRefusal(const Surroundings& around, const v1::Refusal& refusal) {
  const Time now = around.clock.Now();
  std::ostream& out = around.out;
  const auto heading = [&](std::string_view text) {
    out << '\n' << Styled(text, Style::kHeading, around.colour) << '\n';
  };
  out << Styled(ReasonText(refusal.reason()), Style::kBad, around.colour) << " at stage "
      << StageText(refusal.stage()) << '\n'
      << EscapeForTerminal(refusal.sentence()) << '\n';
  if (!refusal.detail().empty()) out << EscapeForTerminal(refusal.detail()) << '\n';
  out << '\n';

  Block facts;
  facts.Add("whose turn", TurnText(refusal.turn()));
  facts.Add("retrying", RetryText(refusal.retry()));
  facts.Add("agent (claimed)", refusal.agent_id());
  facts.Add("peer", refusal.peer_address());
  facts.Add("forwarded for", refusal.forwarded_for().empty()
                                 ? ""
                                 : refusal.forwarded_for() + " (anybody can claim this)");
  facts.Add("answer", AnswerText(refusal));
  AddTimes(facts, refusal, now);
  facts.Add("gateway", refusal.gateway_id());
  facts.Add("refusal", refusal.refusal_id());
  facts.Write(out, around.colour);

  Block presented;
  AddPresented(presented, refusal.presented(), now);
  if (!presented.empty()) {
    heading("What was presented");
    presented.Write(out, around.colour);
  }
  Block expected;
  AddExpected(expected, refusal.expected(), now);
  if (!expected.empty()) {
    heading("What was expected");
    expected.Write(out, around.colour);
  }
}

void WriteRefusals(const Surroundings& around,
                   const google::protobuf::RepeatedPtrField<v1::Refusal>& refusals) {
  const Time now = around.clock.Now();
  Table table({"REFUSAL", "REASON", "AGENT", "PEER", "LAST", "COUNT", "ANSWER"});
  table.AlignRight(5);
  table.AlignRight(6);
  table.KeepWhole(2);
  for (const v1::Refusal& refusal : refusals) {
    table.Add({refusal.refusal_id(), ReasonText(refusal.reason()), refusal.agent_id(),
               refusal.peer_address(), FormatRelative(GetTime(refusal.last_time()), now),
               std::to_string(refusal.count()),
               refusal.http_status() == 0 ? "" : std::to_string(refusal.http_status())});
  }
  table.Write(around.out, around.colour, around.columns);
}

}  // namespace edgeplane::cli
