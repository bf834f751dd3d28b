// All agents of a run, on one event loop with a thread of its own.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/secret.h"
#include "cli/simulate/agent.h"

namespace edgeplane::simulate {

// Every call from one and the same thread: the one that made it.
class Fleet {
 public:
  // All must outlive it.
  Fleet(const Plan& plan, const Target& target, const Secret& key, const Clock& clock,
        Journal& journal);
  // Leaves first, if nobody has.
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // The first agents connect at once, all within agents / connect_rate.
  void Start();
  // How things stand. What it gave before, where the event loop is too busy to
  // answer.
  const Tally& Look();
  // Nothing new is begun: no cuts, no switches, no events.
  void Settle();
  // Every agent says goodbye. Returns when they have gone, at the latest after
  // the time a goodbye may take.
  void Leave();

 private:
  void Visit(void (Agent::*what)());

  const Plan& plan_;
  const Target& target_;
  const Secret& key_;
  Books books_;
  Tally seen_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::vector<std::unique_ptr<Agent>> agents_;
  std::thread thread_;
  bool left_ = false;

  std::mutex mutex_;
  std::condition_variable gone_;
  int64_t alive_ = 0;
};

}  // namespace edgeplane::simulate
