// The store's writers over their queue.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "storage/postgres/call_queue.h"
#include "storage/postgres/connector.h"
#include "storage/postgres/writer.h"
#include "storage/store_metrics.h"

namespace edgeplane::storage::postgres {

// Thread safe. Calls block. What they do may go on after the caller has got
// STORE_IN_DOUBT, so requests and work own all they use.
class Writers {
 public:
  // `connector` outlives it; `metrics` may be null.
  Writers(Connector& connector, size_t count, const CallQueue::Limits& limits, Duration timeout,
          StoreMetrics* metrics)
      : queue_(limits), rows_max_(limits.weight_max), timeout_(timeout), metrics_(metrics) {
    while (writers_.size() < count) {
      writers_.push_back(std::make_unique<Writer>(connector, queue_, metrics));
    }
  }
  // No call may be under way.
  ~Writers() {
    queue_.Stop();
    writers_.clear();
  }
  Writers(const Writers&) = delete;
  Writers& operator=(const Writers&) = delete;

  // Has the request carried out together with others of its kind.
  template <class Request, class Answer,
            Status (*kRun)(Transaction&, const Items<Request, Answer>&)>
  Result<Answer> Submit(StoreOperation operation, Request request, std::vector<std::string> agents,
                        size_t weight = 1) {
    auto call = std::make_shared<CallOf<Request, Answer>>(
        operation, &RunItems<Request, Answer, kRun>, std::move(request));
    call->agents = std::move(agents);
    call->weight = std::min(weight, rows_max_);
    return Finish<Answer>(operation, std::move(call));
  }

  // Runs work that needs these agents, in a commit it may share.
  template <class Answer>
  Result<Answer> Run(StoreOperation operation, std::vector<std::string> agents, Work<Answer> work) {
    return Submit<Work<Answer>, Answer, &RunEach<Answer>>(operation, std::move(work),
                                                          std::move(agents));
  }

  // Runs work that has to find out which agents it needs.
  template <class Answer>
  Result<Answer> RunAlone(StoreOperation operation, Work<Answer> work) {
    auto call = std::make_shared<CallOf<Work<Answer>, Answer>>(
        operation, &RunItems<Work<Answer>, Answer, &RunEach<Answer>>, std::move(work));
    call->alone = true;
    return Finish<Answer>(operation, std::move(call));
  }

  // What lately failed whatever it was asked for; OK: nothing.
  [[nodiscard]] Status Trouble() const {
    const auto trouble = queue_.TroubleSince(std::chrono::steady_clock::now() - kLately);
    return trouble ? Status(*trouble) : Status();
  }

 private:
  // Whoever looks now and then, every few seconds, has to see it.
  static constexpr std::chrono::seconds kLately{15};

  template <class Answer, class TheCall>
  Result<Answer> Finish(StoreOperation operation, std::shared_ptr<TheCall> call) {
    call->deadline = std::chrono::steady_clock::now() + timeout_;
    const std::optional<Error> failure = queue_.Submit(call);
    // A call that is done has an answer; should one have been forgotten, that is told
    // rather than read.
    Result<Answer> answer = MakeError(v1::ErrorReason::INTERNAL,
                                      "The store carried the call out and has no answer to it.");
    if (failure) {
      answer = *failure;
    } else if (call->answer) {
      answer = std::move(*call->answer);
    }
    if (!answer.ok() && metrics_ != nullptr && IsStoreFailure(answer.error())) {
      metrics_->Failed(operation);
    }
    return answer;
  }

  CallQueue queue_;
  const size_t rows_max_;
  const Duration timeout_;
  StoreMetrics* const metrics_;
  std::vector<std::unique_ptr<Writer>> writers_;
};

}  // namespace edgeplane::storage::postgres
