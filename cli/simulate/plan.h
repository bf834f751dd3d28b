// What a simulated fleet is to do, as the command line gave it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace edgeplane::simulate {

// A span of zero: never.
struct Plan {
  int64_t agents = 10;
  std::string prefix = "sim-";
  double connect_rate = 100;  // agents that begin, a second
  int64_t polling_percent = 0;
  Duration switch_every{};
  Duration cut_every{};

  Duration event_every{};
  Duration status_every = std::chrono::seconds(60);
  Duration ack_delay{};
  int64_t fail_percent = 0;
  Duration sync_interval = std::chrono::seconds(15);

  double command_rate = 0;  // commands the simulator itself sends, a second
  int32_t max_deliveries = 0;

  std::optional<Duration> duration;  // nothing: until it is told to stop
  // How long to wait, at the end, for what is still under way.
  Duration settle = std::chrono::seconds(30);
  uint64_t seed = 0;

  // The protocol's own numbers; changed by tests only.
  Duration ping_interval = std::chrono::seconds(30);
  Duration pong_timeout = std::chrono::seconds(10);
  Duration upgrade_timeout = std::chrono::seconds(10);
  Duration request_timeout = std::chrono::seconds(30);
  Duration write_timeout = std::chrono::seconds(30);
  Duration close_timeout = std::chrono::seconds(5);
};

// sim-0001, sim-0002 ..; numbers begin at 0.
std::string AgentId(const Plan& plan, int64_t number);

// Whether agent `number` is one of those that only poll: spread evenly.
bool OnlyPolls(const Plan& plan, int64_t number);

// "100", "100/s", "90/m", "0.5/s": times a second. Nothing when it is none of
// those, or not in 0 .. 1 000 000.
std::optional<double> ParseRate(std::string_view text);

}  // namespace edgeplane::simulate
