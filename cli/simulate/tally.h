// What has happened to a fleet so far.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "cli/simulate/latency.h"

namespace edgeplane::simulate {

using Counts = std::map<std::string, int64_t, std::less<>>;

// Adds one. Keys are fixed sentences and the system's words for its errors; a
// bound keeps a strange server from filling the memory with more.
void CountUp(Counts& counts, std::string_view key);
int64_t Total(const Counts& counts);

// Of the agents; kept by their event loop.
struct Tally {
  // Agents as they are now.
  int64_t started = 0;
  int64_t connected = 0;  // by WebSocket
  int64_t polling = 0;    // whose last sync was answered
  [[nodiscard]] int64_t away() const { return started - connected - polling; }

  int64_t opens = 0;
  Counts closes;    // by code, or how else: "1012", "lost", "cut"
  Counts refusals;  // by HTTP status: "401"
  int64_t syncs = 0;

  int64_t commands_received = 0;
  int64_t commands_twice = 0;
  int64_t acks_sent = 0;      // final ones
  int64_t acks_repeated = 0;  // of these, because a connection had broken
  int64_t acks_waiting = 0;   // made, and not sent
  int64_t events_made = 0;
  int64_t events_sent = 0;  // every time
  int64_t events_acked = 0;
  [[nodiscard]] int64_t events_outstanding() const { return events_made - events_acked; }
  int64_t config_updates = 0;

  Latency latency;
  Counts errors;
};

// Of the commands the simulator sends itself.
struct OrderTally {
  int64_t sent = 0;            // accepted by the server
  int64_t unfinished = 0;      // of these, not yet ended
  int64_t in_doubt_sends = 0;  // not answered, and to be tried again
  Counts ended;                // by final state
  Counts errors;
};

}  // namespace edgeplane::simulate
