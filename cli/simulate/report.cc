#include "cli/simulate/report.h"

#include <array>
#include <cstdio>

#include "cli/table.h"

namespace edgeplane::simulate {
namespace {

using cli::Block;
using cli::Style;

std::string Milliseconds(Duration span) {
  std::array<char, 32> text{};
  const double millis = static_cast<double>(span.count()) / 1000;
  const int size =
      std::snprintf(text.data(), text.size(), millis < 100 ? "%.1f ms" : "%.0f ms", millis);
  return {text.data(), static_cast<size_t>(size)};
}

std::string Seconds(Duration span) {
  return std::to_string(std::chrono::round<std::chrono::seconds>(span).count()) + "s";
}

// "401: 3, 503: 1"
std::string List(const Counts& counts) {
  std::string text;
  for (const auto& [key, count] : counts) {
    if (!text.empty()) text += ", ";
    text += key + ": " + std::to_string(count);
  }
  return text;
}

std::string Number(int64_t count) { return std::to_string(count); }

void AddAgents(Block& block, const Results& results) {
  const Tally& agents = results.agents;
  block.Add("agents", Number(agents.connected) + " connected, " + Number(agents.polling) +
                          " polling, " + Number(agents.away()) + " away, of " +
                          Number(agents.started));
  if (results.agents_created > 0) block.Add("created", Number(results.agents_created));
  block.Add("opens", Number(agents.opens));
  block.Add("closes by code", agents.closes.empty() ? "none" : List(agents.closes));
  block.Add("refusals by status", {agents.refusals.empty() ? "none" : List(agents.refusals),
                                   agents.refusals.empty() ? Style::kPlain : Style::kWarning});
  if (agents.syncs > 0) block.Add("syncs answered", Number(agents.syncs));
}

void AddCommands(Block& block, const Results& results) {
  const Tally& agents = results.agents;
  const OrderTally& orders = results.orders;
  block.Add("commands sent",
            Number(orders.sent) + (orders.ended.empty() ? "" : "; ended: ") + List(orders.ended));
  block.Add("commands received",
            Number(agents.commands_received) + ", twice: " + Number(agents.commands_twice));
  block.Add("acknowledgements",
            Number(agents.acks_sent) + " sent, of these again: " + Number(agents.acks_repeated));
  block.Add("events", Number(agents.events_made) + " made, " + Number(agents.events_sent) +
                          " sent, " + Number(agents.events_acked) + " acknowledged, " +
                          Number(agents.events_outstanding()) + " outstanding");
  if (agents.config_updates > 0) block.Add("configurations", Number(agents.config_updates));
  const Latency& latency = agents.latency;
  if (latency.count() > 0) {
    block.Add("delivery", "p50 " + Milliseconds(latency.Quantile(0.5)) + ", p95 " +
                              Milliseconds(latency.Quantile(0.95)) + ", p99 " +
                              Milliseconds(latency.Quantile(0.99)) + ", max " +
                              Milliseconds(latency.max()));
  }
}

void AddErrors(Block& block, const std::string& name, const Counts& errors) {
  std::vector<std::string> lines;
  for (const auto& [key, count] : errors) lines.push_back(Number(count) + "  " + key);
  if (!lines.empty()) block.Add(name, lines);
}

}  // namespace

std::string ProgressLine(Duration time, const Tally& agents, const OrderTally& orders) {
  std::string line = Seconds(time);
  const auto add = [&line](const std::string& name, const std::string& value) {
    line += "  " + name + " " + value;
  };
  add("connected", Number(agents.connected));
  add("polling", Number(agents.polling));
  if (agents.away() > 0) add("away", Number(agents.away()));
  add("opens", Number(agents.opens));
  if (!agents.refusals.empty()) add("refused", List(agents.refusals));
  if (orders.sent > 0) add("commands sent", Number(orders.sent));
  add("commands", Number(agents.commands_received) + "/" + Number(agents.acks_sent) + " acked");
  add("events", Number(agents.events_sent) + "/" + Number(agents.events_acked) + " acked");
  if (agents.latency.count() > 0) {
    add("delivery", "p50 " + Milliseconds(agents.latency.Quantile(0.5)) + " p99 " +
                        Milliseconds(agents.latency.Quantile(0.99)));
  }
  const int64_t errors = Total(agents.errors) + Total(orders.errors);
  if (errors > 0) add("errors", Number(errors));
  return line;
}

void WriteSummary(std::ostream& out, bool colour, const Results& results) {
  Block block;
  block.Add("gateway", results.gateway);
  block.Add("time", Seconds(results.time) + ", seed " + std::to_string(results.plan.seed));
  AddAgents(block, results);
  AddCommands(block, results);
  AddErrors(block, "errors", results.agents.errors);
  AddErrors(block, "errors of the operator's API", results.orders.errors);
  if (results.agents_deleted > 0) block.Add("deleted", Number(results.agents_deleted));
  const std::vector<std::string> losses = Losses(results);
  if (losses.empty()) {
    block.Add("lost", {"nothing", Style::kGood});
  } else {
    block.Add("lost", losses);
  }
  block.Write(out, colour);
}

}  // namespace edgeplane::simulate
