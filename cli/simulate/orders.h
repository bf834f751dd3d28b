// The operator's side: commands sent to the agents in turn, each followed until
// it has ended. Calls block, so a few threads make them.
//
// Every command carries an idempotency key, so that a send which was not answered
// (a restart, above all) can be repeated until it is, and is sent once.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/client.h"
#include "cli/simulate/journal.h"
#include "cli/simulate/plan.h"
#include "cli/simulate/steady.h"
#include "cli/simulate/tally.h"

namespace edgeplane::simulate {

class Orders {
 public:
  // All must outlive it.
  Orders(const cli::Invocation& invocation, const Plan& plan, Journal& journal);
  ~Orders();
  Orders(const Orders&) = delete;
  Orders& operator=(const Orders&) = delete;

  // Does nothing when the plan's rate is zero.
  void Start();
  // No further command; those sent are followed on.
  void StopSending();
  // Ends the calls and the threads.
  void Stop();

  [[nodiscard]] OrderTally Look() const;

 private:
  // What is to be done about one command next: send it, or ask how it is.
  struct Job {
    int64_t number = 0;
    std::string command_id;  // empty: it has not been accepted yet
    Duration pause{};        // before the last attempt
  };

  void Work();
  // Waits for something to do; false when there will be nothing any more.
  bool Next(Job& job);
  void Do(cli::Client& client, Job job);
  grpc::Status Send(cli::Client& client, Job& job) const;
  grpc::Status Ask(cli::Client& client, const Job& job, v1::Command& command) const;
  void SendAnswered(Job job, const grpc::Status& status);
  void AskAnswered(Job job, const grpc::Status& status, const v1::Command& command);
  void Again(Job job);
  void AdvanceSending(Moment now);

  const cli::Invocation& invocation_;
  const Plan& plan_;
  Journal& journal_;
  const std::string run_;  // in the idempotency keys
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Moment, Job> jobs_;
  Moment send_at_ = kNever;
  int64_t sent_jobs_ = 0;
  int64_t open_jobs_ = 0;  // waiting or in some thread's hands
  bool stopping_ = false;
  OrderTally tally_;
  std::vector<std::thread> threads_;
};

}  // namespace edgeplane::simulate
