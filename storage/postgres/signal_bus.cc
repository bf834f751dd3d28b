#include "storage/postgres/signal_bus.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/uuid.h"
#include "storage/postgres/connector.h"

namespace edgeplane::storage {

using postgres::Connection;
using postgres::Rows;
using std::chrono::steady_clock;

namespace {

// Below the 8000 of the server.
constexpr size_t kPayloadBytesMax = 7'900;
constexpr std::chrono::seconds kConnectMax{2};
constexpr std::chrono::seconds kSendMax{2};
// A connection on which nothing is heard for this long is asked whether it is there.
constexpr std::chrono::seconds kQuietMax{5};
constexpr std::chrono::seconds kStatementMax{2};

Result<std::string> ChannelOf(Connection& connection) {
  const Result<Rows> rows = connection.Run("get_channel");
  if (!rows.ok()) return rows.error();
  return rows->front().Bytes(0);
}

}  // namespace

Result<std::unique_ptr<PostgresSignalBus>> PostgresSignalBus::Open(const Secret& connection) {
  auto where = postgres::ConnectString::Parse(connection.Reveal());
  if (!where.ok()) return where.error();
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) return MakeError(v1::ErrorReason::INTERNAL, "There is no descriptor left.");
  const postgres::SessionLimits limits{kStatementMax, kStatementMax, kStatementMax};
  return std::unique_ptr<PostgresSignalBus>(new PostgresSignalBus(
      std::make_unique<postgres::Connector>(*std::move(where), limits), wake));
}

PostgresSignalBus::PostgresSignalBus(std::unique_ptr<postgres::Connector> connector, int wake)
    : connector_(std::move(connector)), wake_(wake), id_(NewUuid(SystemClock().Now())) {}

PostgresSignalBus::~PostgresSignalBus() {
  Stop();
  close(wake_);
}

void PostgresSignalBus::Start(Handlers handlers) {
  handlers_ = std::move(handlers);
  listener_ = std::thread([this] { Listen(); });
  pthread_setname_np(listener_.native_handle(), "signals-in");
  sender_ = std::thread([this] { Send(); });
  pthread_setname_np(sender_.native_handle(), "signals-out");
}

void PostgresSignalBus::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  said_.notify_all();
  // Fails only where it has been written to before.
  static_cast<void>(eventfd_write(wake_, 1));
  if (listener_.joinable()) listener_.join();
  if (sender_.joinable()) sender_.join();
}

void PostgresSignalBus::Say(std::string signal) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || known_.contains(signal)) return;
    if (waiting_.size() >= kWaitingMax) {
      ++dropped_;
      return;
    }
    known_.insert(signal);
    waiting_.push_back(std::move(signal));
  }
  said_.notify_one();
}

std::unique_ptr<Connection> PostgresSignalBus::Connect() {
  while (!stopping()) {
    auto connection = connector_->Connect(steady_clock::now() + kConnectMax);
    if (connection.ok()) return *std::move(connection);
  }
  return nullptr;
}

void PostgresSignalBus::Listen() {
  while (const std::unique_ptr<Connection> connection = Connect()) {
    const Status ended = ListenOn(*connection);
    if (stopping()) return;
    LogWarning("registries' signals interrupted", {{"error", ended.error().message}});
  }
}

Status PostgresSignalBus::ListenOn(Connection& connection) {
  connection.SetDeadline(steady_clock::now() + kConnectMax);
  const Result<std::string> channel = ChannelOf(connection);
  if (!channel.ok()) return channel.error();
  Status listens = connection.Execute("LISTEN " + *channel);
  if (!listens.ok()) return listens;
  handlers_.missed();
  while (!stopping()) {
    connection.SetDeadline(steady_clock::now() + kQuietMax);
    const auto said = connection.AwaitNotifications(wake_);
    if (!said.ok()) return said.error();
    for (const std::string& payload : *said) Hear(payload);
    if (!said->empty()) continue;
    connection.SetDeadline(steady_clock::now() + kSendMax);
    const Result<std::string> there = ChannelOf(connection);
    if (!there.ok()) return there.error();
  }
  return {};
}

// The sender's id, and then signals, a line each.
void PostgresSignalBus::Hear(const std::string& payload) {
  size_t begin = payload.find('\n');
  if (begin == std::string::npos || payload.compare(0, begin, id_) == 0) return;
  while (begin < payload.size()) {
    const size_t end = std::min(payload.find('\n', begin + 1), payload.size());
    handlers_.heard(std::string_view(payload).substr(begin + 1, end - begin - 1));
    begin = end;
  }
}

std::vector<std::string> PostgresSignalBus::Pack(const std::deque<std::string>& signals) const {
  std::vector<std::string> payloads;
  for (const std::string& signal : signals) {
    if (payloads.empty() || payloads.back().size() + 1 + signal.size() > kPayloadBytesMax) {
      payloads.push_back(id_);
    }
    payloads.back() += '\n';
    payloads.back() += signal;
  }
  return payloads;
}

void PostgresSignalBus::Send() {
  std::unique_ptr<Connection> connection;
  std::string channel;
  while (true) {
    std::deque<std::string> signals;
    size_t dropped = 0;
    {
      std::unique_lock lock(mutex_);
      said_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      signals.swap(waiting_);
      known_.clear();
      dropped = std::exchange(dropped_, 0);
    }
    if (connection == nullptr) {
      connection = Connect();
      if (connection == nullptr) return;
      const Result<std::string> found = ChannelOf(*connection);
      if (found.ok()) channel = *found;
    }
    connection->SetDeadline(steady_clock::now() + kSendMax);
    const bool sent = connection->Run("notify", channel, Pack(signals)).ok();
    if (!sent) {
      dropped += signals.size();
      connection.reset();
    }
    if (dropped > 0) handlers_.dropped(dropped);
  }
}

bool PostgresSignalBus::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

}  // namespace edgeplane::storage
