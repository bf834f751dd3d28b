// The fixture of the contract tests: an empty store of one kind, and short ways
// to bring it into a state.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/contract/backend.h"

namespace edgeplane::storage {

using Code = v1::ErrorReason;

inline constexpr Time kStart{Duration(1'770'000'000'000'000)};
inline Time After(int seconds) { return kStart + std::chrono::seconds(seconds); }

// A UUID that says its number.
std::string Id(int number);

std::vector<std::string> IdsOf(const std::vector<Command>& commands);

// As they are compared.
std::vector<std::pair<CommandState, int64_t>> PairsOf(
    const Result<std::vector<StateCount>>& counts);

// The states of a history, in order.
std::vector<CommandState> StatesOf(const Command& command);

class StoreContract : public testing::TestWithParam<BackendKind> {
 protected:
  StoreContract() : backend_(GetParam().make()), store_(backend_->Open()) {}

  Store& store() { return *store_; }
  // Closes the store and opens it again.
  void Reopen();

  // All of these fail the test where the store gives an error.
  Agent MakeAgent(const std::string& agent_id);
  Fence Open(const std::string& agent_id, int session, const std::string& gateway_id = "gw");
  SessionGrant Grant(const SessionRequest& request);
  Command Enqueue(NewCommand command);
  std::vector<Command> ClaimAll(const Fence& fence);
  AckOutcome AckOne(const Ack& ack);
  Command Get(const std::string& command_id);
  Agent GetAgent(const std::string& agent_id);
  SyncOutcome Sync(const SyncRequest& request);
  std::vector<std::string> ClaimIds(const Fence& fence);

  // Taking over is not limited.
  static SessionRequest RequestFor(const std::string& agent_id, int session,
                                   const std::string& gateway_id = "gw");
  static NewCommand CommandFor(const std::string& agent_id, int number);
  // Takes whatever there is.
  static SyncRequest SyncBy(const std::string& agent_id, int sync);
  static Claim ClaimBy(const Fence& fence);
  // Over HTTP, from no session.
  static Ack HttpAckOf(const std::string& agent_id, const std::string& command_id,
                       CommandEvent event, int64_t ordinal);
  static Ack AckBy(const Fence& fence, const std::string& command_id, CommandEvent event,
                   int64_t ordinal);

 private:
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Store> store_;
};

std::string KindName(const testing::TestParamInfo<BackendKind>& info);

#define EDGEPLANE_FOR_ALL_STORES(suite) \
  INSTANTIATE_TEST_SUITE_P(Stores, suite, testing::ValuesIn(AllBackends()), KindName)

// The error of a Result that must have one.
template <class T>
ErrorCode CodeOf(const Result<T>& result) {
  return result.ok() ? Code::UNSPECIFIED : result.error().code;
}

}  // namespace edgeplane::storage
