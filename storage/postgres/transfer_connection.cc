#include "storage/postgres/transfer_connection.h"

namespace edgeplane::storage::postgres {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kConnectTimeout{10};
constexpr std::chrono::seconds kLockTimeout{10};
constexpr std::chrono::hours kIdleTimeout{1};

}  // namespace

Result<std::unique_ptr<Connection>> OpenForTransfer(const Secret& connection) {
  const auto where = ConnectString::Parse(connection.Reveal());
  if (!where.ok()) return where.error();
  const SessionLimits limits{kTransferStepTimeout, kLockTimeout, kIdleTimeout};
  auto opened = Connection::Open(*where, limits, steady_clock::now() + kConnectTimeout);
  if (opened.ok()) (*opened)->SetDeadline(steady_clock::now() + kTransferStepTimeout);
  return opened;
}

}  // namespace edgeplane::storage::postgres
