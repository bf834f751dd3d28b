// The fixture of the tests that move a store: one with a row in every table.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "tests/contract/store_contract.h"

namespace edgeplane::storage {

std::unique_ptr<MovableBackend> MakeBackend(const BackendKind& kind);

// These fail the test where the backend gives an error, but for what Import says.
std::string ExportOf(MovableBackend& backend);
Status ImportInto(MovableBackend& backend, const std::string& text);

class TransferContract : public testing::TestWithParam<BackendKind> {
 protected:
  TransferContract() : backend_(MakeBackend(GetParam())), store_(backend_->Open()) {}

  Store& store() { return *store_; }

  void MakeAgents();
  Fence Connect(const std::string& agent_id, int session, const std::string& gateway_id);
  void MakeSessions();
  NewCommand CommandFor(int number, const std::string& key) const;
  // One queued, one delivered, one completed, one cancelled.
  void MakeCommands();
  void MakeRecords();
  Joined Join(const std::string& phone);
  // All of these.
  void Fill();
  // From now on the store is that of another installation, with the same content.
  void Move(const BackendKind& kind);

  std::unique_ptr<MovableBackend> backend_;
  std::unique_ptr<Store> store_;
  std::map<std::string, int64_t> links_;
  Fence fence_;
};

}  // namespace edgeplane::storage
