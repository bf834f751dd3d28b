// What waits for the store's writers: a call with what it asks, and its answer
// once the commit it shares with others is done.
//
// Calls of one kind that share a commit are carried out together by one function,
// with statements that take arrays. It gives each its answer, or fails for all of
// them where a statement fails.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "storage/postgres/transaction.h"
#include "storage/store_metrics.h"

namespace edgeplane::storage::postgres {

struct Call {
  using Group = std::span<Call* const>;
  using RunGroup = Status (*)(Transaction&, Group);

  Call(StoreOperation the_operation, RunGroup the_run) : operation(the_operation), run(the_run) {}
  virtual ~Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const StoreOperation operation;
  const RunGroup run;
  std::vector<std::string> agents;  // that have to be locked for it
  // Finds out by itself whom it has to lock, so it has a commit of its own.
  bool alone = false;
  size_t weight = 1;  // rows it writes, about
  std::chrono::steady_clock::time_point deadline{};

  // Guarded by the queue's mutex.
  bool started = false;
  bool done = false;
  std::optional<Error> failure;  // it has no answer
  std::condition_variable answered;
};

template <class Request, class Answer>
struct CallOf final : Call {
  CallOf(StoreOperation the_operation, RunGroup the_run, Request the_request)
      : Call(the_operation, the_run), request(std::move(the_request)) {}

  const Request request;
  // Of the last attempt; to be read when the call is done and has not failed.
  std::optional<Result<Answer>> answer;
};

// The calls of a group.
template <class Request, class Answer>
using Items = std::vector<CallOf<Request, Answer>*>;

// A RunGroup of a function over Items.
template <class Request, class Answer, Status (*kRun)(Transaction&, const Items<Request, Answer>&)>
Status RunItems(Transaction& tx, Call::Group group) {
  Items<Request, Answer> items;
  for (Call* call : group) items.push_back(static_cast<CallOf<Request, Answer>*>(call));
  return kRun(tx, items);
}

// For calls that are carried out one after the other.
template <class Answer>
using Work = std::function<Result<Answer>(Transaction&)>;

template <class Answer>
Status RunEach(Transaction& tx, const Items<Work<Answer>, Answer>& items) {
  for (CallOf<Work<Answer>, Answer>* item : items) {
    Result<Answer> answer = item->request(tx);
    if (tx.failure()) return tx.failure()->error;
    item->answer.emplace(std::move(answer));
  }
  return {};
}

// Parts of the items such that no agent is twice in one of them, in an order that
// keeps each agent's: for work that reads for all before it writes for any.
template <class Item, class AgentOf>
std::vector<std::vector<Item*>> InRounds(const std::vector<Item*>& items, const AgentOf& agent_of) {
  std::map<std::string, size_t> next;
  std::vector<std::vector<Item*>> rounds;
  for (Item* item : items) {
    const size_t round = next[agent_of(*item)]++;
    if (round == rounds.size()) rounds.emplace_back();
    rounds[round].push_back(item);
  }
  return rounds;
}

}  // namespace edgeplane::storage::postgres
