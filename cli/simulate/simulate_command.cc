#include <memory>
#include <random>

#include "base/setting_text.h"
#include "cli/commands.h"
#include "cli/simulate/simulate.h"
#include "cli/span_option.h"

namespace edgeplane::cli {
namespace {

using simulate::Options;
using simulate::Plan;

constexpr int64_t kAgentsMax = 100'000;
constexpr size_t kPrefixMax = 100;

// Spans of the plan, which CLI11 gives as text.
struct Spans {
  std::optional<Duration> duration, settle, sync_interval;
  std::optional<Duration> switch_every, cut_every, event_every, status_every, ack_delay;
};

struct SimulateOptions {
  Options options;
  Spans spans;
  std::optional<uint64_t> seed;
};

std::string CheckPrefix(const std::string& prefix) {
  const auto is_word = [](unsigned char c) { return std::isalnum(c) != 0 && c < 0x80; };
  bool good = !prefix.empty() && prefix.size() <= kPrefixMax && is_word(prefix.front());
  for (const char c : prefix) good = good && (is_word(c) || c == '.' || c == '_' || c == '-');
  if (good) return {};
  return "must be 1 to 100 letters, digits, '.', '_' or '-', the first a letter or digit";
}

CLI::Option* AddRate(CLI::App& app, const std::string& name, double& target, bool may_be_zero,
                     const std::string& meaning) {
  return app
      .add_option_function<std::string>(
          name,
          [&target](const std::string& text) {
            target = simulate::ParseRate(text).value_or(target);
          },
          meaning)
      ->type_name("RATE")
      ->check([may_be_zero](const std::string& text) -> std::string {
        const std::optional<double> rate = simulate::ParseRate(text);
        if (!rate) return "a rate is a number a second or a minute, for example 100/s, 0.5/s, 30/m";
        if (*rate == 0 && !may_be_zero) return "must be more than 0";
        return {};
      });
}

CLI::Option* AddNumber(CLI::App& app, const std::string& name, int64_t& target, int64_t min,
                       int64_t max, const char* type, const std::string& meaning) {
  return app.add_option(name, target, meaning)
      ->type_name(type)
      ->check(CLI::Range(min, max).description(""));
}

void AddFleetOptions(CLI::App& app, SimulateOptions& all) {
  Options& options = all.options;
  AddNumber(app, "--agents", options.plan.agents, 1, kAgentsMax, "N",
            "How many agents. Default: 10.");
  app.add_option("--gateway", options.gateway,
                 "Where the agents connect: wss://HOST:PORT, or ws, https, http. Default: the "
                 "listener, TLS before plain, of the server that runs on the data directory.")
      ->type_name("URL");
  app.add_option("--ca", options.ca_files,
                 "File with certificates (PEM) to trust besides the system's; may be given more "
                 "than once. Default, for a gateway on this machine: the certificate the server "
                 "made for itself, DIR/tls/cert.pem.")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_flag("--insecure", options.insecure, "Trust any certificate.");
  app.add_option("--prefix", options.plan.prefix,
                 "What the agents' ids begin with: sim-0001, sim-0002 .. Default: sim-.")
      ->type_name("TEXT")
      ->check(CheckPrefix);
  app.add_option("--state-file", options.state_file,
                 "File with the key that the agents' secrets follow from; made (0600) where it is "
                 "missing. With it a later run is the same agents. Default: "
                 "~/.local/state/edgeplane/simulate.key.")
      ->type_name("FILE");
  app.add_flag("--delete", options.delete_agents,
               "At the end, delete the agents of this prefix and state file, and their unfinished "
               "commands.");
  AddSpanOption(app, "--duration", all.spans.duration, {},
                "How long to run. Default: until Ctrl-C.");
  AddSpanOption(app, "--settle", all.spans.settle, {},
                "At the end, how long to wait for what is still under way. Default: 30s.");
}

void AddChanceOptions(CLI::App& app, SimulateOptions& all) {
  Plan& plan = all.options.plan;
  AddRate(app, "--connect-rate", plan.connect_rate, false,
          "How many agents begin in a second. Default: 100/s.");
  AddNumber(app, "--polling", plan.polling_percent, 0, 100, "PERCENT",
            "Part of the agents that only poll. Default: 0.");
  AddSpanOption(app, "--switch-every", all.spans.switch_every, {},
                "How often an agent changes between WebSocket and polling, on average. Default: "
                "never.");
  AddSpanOption(app, "--cut-every", all.spans.cut_every, {},
                "How often an agent's line is cut, on average, without a word to either side. "
                "Default: never.");
  app.add_option("--seed", all.seed,
                 "Makes chance the same as in the run that printed this seed. Default: another one "
                 "each time.")
      ->type_name("N");
}

void AddWorkOptions(CLI::App& app, SimulateOptions& all) {
  Plan& plan = all.options.plan;
  AddRate(app, "--command-rate", plan.command_rate, true,
          "How many commands to send to the agents in turn, and to follow to their end. Default: "
          "none.");
  app.add_option("--max-deliveries", plan.max_deliveries,
                 "max_deliveries of these commands: 0, as often as it takes; 1, at most once. "
                 "Default: 0.")
      ->type_name("N")
      ->check(CLI::Range(0, 100).description(""));
  AddSpanOption(app, "--ack-delay", all.spans.ack_delay, {},
                "How long an agent takes for a command. Default: 0s.");
  AddNumber(app, "--fail-percent", plan.fail_percent, 0, 100, "PERCENT",
            "Part of the commands that agents say they could not do. Default: 0.");
  AddSpanOption(app, "--event-every", all.spans.event_every, {},
                "How often an agent reports an event, on average. Default: never.");
  AddSpanOption(app, "--status-every", all.spans.status_every, {},
                "How often an agent reports its status over the WebSocket; 0s: never. Default: "
                "60s.");
  AddSpanOption(app, "--sync-interval", all.spans.sync_interval,
                {.min = std::chrono::milliseconds(100)},
                "How often a polling agent syncs. Default: 15s.");
  app.add_option("--journal", all.options.journal,
                 "File to write one JSON line to for each command, event, acknowledgement, open "
                 "and close. Replaced if it exists.")
      ->type_name("FILE");
}

Outcome RunSimulate(const SimulateOptions& all, const Invocation& invocation) {
  Options options = all.options;
  Plan& plan = options.plan;
  const Spans& spans = all.spans;
  plan.duration = spans.duration;
  plan.settle = spans.settle.value_or(plan.settle);
  plan.sync_interval = spans.sync_interval.value_or(plan.sync_interval);
  plan.switch_every = spans.switch_every.value_or(plan.switch_every);
  plan.cut_every = spans.cut_every.value_or(plan.cut_every);
  plan.event_every = spans.event_every.value_or(plan.event_every);
  plan.status_every = spans.status_every.value_or(plan.status_every);
  plan.ack_delay = spans.ack_delay.value_or(plan.ack_delay);
  plan.seed = all.seed ? *all.seed : std::random_device()();
  return simulate::Simulate(options, invocation);
}

}  // namespace

void AddSimulateCommand(CommandTree& tree) {
  const auto all = std::make_shared<SimulateOptions>();
  CLI::App& app = tree.AddCall(
      tree.root(), "simulate",
      "Run simulated agents against a server: for demos, for tests, and to find out how many "
      "agents a machine can serve. They register themselves over the operator's API, speak the "
      "agents' protocol as real ones do, and account for every command and event. Standard error "
      "shows how it goes; the summary comes at the end. Exit code 15 when anything was lost.",
      "edgeplane simulate --agents 50 --command-rate 10/s --duration 1m --delete\n"
      "edgeplane simulate --agents 5000 --connect-rate 200/s --event-every 1m\n"
      "edgeplane simulate --agents 100 --polling 30 --switch-every 20s --cut-every 1m\n"
      "edgeplane simulate --gateway wss://edge.example.com --server 127.0.0.1:9090 --json",
      [all](const Invocation& invocation) { return RunSimulate(*all, invocation); });
  AddFleetOptions(app, *all);
  AddChanceOptions(app, *all);
  AddWorkOptions(app, *all);
}

}  // namespace edgeplane::cli
