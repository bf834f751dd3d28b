#include "gateway/gateway_settings.h"

#include "base/agent_limits.h"

namespace edgeplane::gateway {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int64_t kMiB = 1024 * 1024;

void DeclareConnectionLimits(SettingSet& set, GatewaySettings& s) {
  set.Count("gateway-threads", "Event loops of the gateway; a connection lives on one of them.",
            "threads", 1, 64, s.threads);
  set.Count("max-connections",
            "Connections this process holds at once; more are closed unanswered.", "connections", 1,
            1'000'000, s.max_connections);
  set.Count("max-connections-per-address", "Connections from one IP address at once.",
            "connections", 1, 1'000'000, s.max_connections_per_address);
  set.Span(
      "request-head-timeout",
      "From accept to a complete request head, TLS included; as much again for a body, and for "
      "a later head from its first byte.",
      milliseconds(100), minutes(5), s.request_head_timeout);
  set.Span("keep-alive-timeout", "How long an HTTP connection may wait for its next request.",
           milliseconds(100), hours(1), s.keep_alive_timeout);
}

void DeclareRequestLimits(SettingSet& set, GatewaySettings& s) {
  set.Bytes("max-header-bytes", "Size of a request's header block.", 512, 64 * 1024,
            s.max_header_bytes);
  set.Bytes("max-url-bytes", "Size of a request's URL.", 128, 16 * 1024, s.max_url_bytes);
  set.Bytes("max-body-bytes", "Size of an HTTP request's body.", 0, 16 * kMiB, s.max_body_bytes);
  set.TextList("allowed-origins",
               "Origins of browser pages that may connect, besides this host itself; * allows all.",
               s.allowed_origins);
  set.Count(
      "upgrade-attempts-per-minute",
      "Upgrades of one agent, or registrations of one phone, from one address; also the burst.",
      "attempts/min", 1, 100'000, s.upgrade_attempts_per_minute);
  set.Span("admit-timeout", "How long the registry may take to answer a question about an agent.",
           milliseconds(100), seconds(9), s.admit_timeout);
}

void DeclareSessionLimits(SettingSet& set, GatewaySettings& s) {
  set.Bytes("max-message-bytes", "Size of one WebSocket message from an agent.", 1024, 16 * kMiB,
            s.max_message_bytes);
  set.Count("max-json-depth", "Levels of nesting in what an agent sends.", "levels", 4,
            static_cast<int64_t>(kAgentJsonDepthMax), s.max_json_depth);
  set.Count(
      "messages-per-minute",
      "Messages and control frames on one WebSocket (and a few for each command sent over it), "
      "or HTTP calls of one agent from one address; also the burst.",
      "messages/min", 1, 1'000'000, s.messages_per_minute);
  set.Count("max-outgoing-messages", "Messages that may wait for a slow agent.", "messages", 1,
            65'536, s.max_outgoing_messages);
  set.Bytes("max-outgoing-bytes", "Bytes that may wait for a slow agent; one message always fits.",
            64 * 1024, 64 * kMiB, s.max_outgoing_bytes);
  set.Span("session-idle-timeout", "Silence after which an agent counts as dead.",
           milliseconds(500), hours(24), s.session_idle_timeout);
  set.Span("write-timeout", "How long one message to an agent may take.", milliseconds(500),
           minutes(10), s.write_timeout);
  set.Span("close-timeout", "How long an agent may take to answer a close.", milliseconds(100),
           minutes(1), s.close_timeout);
  set.Flag("welcome-message",
           "Send {\"type\":\"connected\"} first; old agents log a warning for it.",
           s.welcome_message);
}

}  // namespace

void DeclareGatewaySettings(SettingSet& set, GatewaySettings& s) {
  DeclareConnectionLimits(set, s);
  DeclareRequestLimits(set, s);
  DeclareSessionLimits(set, s);
  set.Span("drain-window", "At shutdown, the time over which agents are sent away.",
           milliseconds(0), minutes(10), s.drain_window);
  set.Span("refusal-repeat-window",
           "Refusals of one agent, reason and address within this time are one row with a count.",
           seconds(1), hours(1), s.refusal_repeat_window);
  set.Count(
      "refusal-rows-per-minute",
      "New ledger rows one address may cause; beyond it they are counted in a row of their own.",
      "rows/min", 1, 100'000, s.refusal_rows_per_minute);
}

}  // namespace edgeplane::gateway
