#include "tests/support/postgres_proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

namespace edgeplane {
namespace {

// How a Bind message names the statement: after the end of the portal's empty name.
constexpr std::string_view kCommitBound("\0mark_commit\0", 13);

sockaddr_un AddressIn(const std::string& directory) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = directory + "/.s.PGSQL.5432";
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

bool SendAll(int to, std::string_view data) {
  while (!data.empty()) {
    const ssize_t sent = send(to, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

std::string HostIn(const std::string& connection) {
  constexpr std::string_view kKeyword = "host=";
  const size_t host = connection.find(kKeyword);
  if (host == std::string::npos) throw std::runtime_error("the proxy has no host to connect to");
  const size_t begin = host + kKeyword.size();
  return connection.substr(begin, connection.find(' ', begin) - begin);
}

}  // namespace

struct PostgresProxy::Pair {
  int client = -1;
  int server = -1;
  bool swallows = false;  // the answer to a commit is on its way
};

PostgresProxy::PostgresProxy(const std::string& connection)
    : server_(HostIn(connection)),
      connection_(std::string(connection)
                      .replace(connection.find(server_), server_.size(), directory_.path())) {
  const sockaddr_un address = AddressIn(directory_.path());
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0 || pipe(wake_) != 0 ||
      bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener_, 64) != 0) {
    throw std::runtime_error("the proxy has no socket");
  }
  thread_ = std::thread([this] { Loop(); });
}

PostgresProxy::~PostgresProxy() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
  close(listener_);
  close(wake_[0]);
  close(wake_[1]);
}

void PostgresProxy::Set(Fault fault, bool refuse) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
  refuse_next_ = refuse;
}

void PostgresProxy::Admit() {
  const std::lock_guard lock(mutex_);
  refusing_ = false;
}

void PostgresProxy::CutAll() {
  {
    const std::lock_guard lock(mutex_);
    cut_all_ = true;
  }
  Wake();
}

void PostgresProxy::Wake() {
  const char byte = 0;
  static_cast<void>(!write(wake_[1], &byte, 1));
}

void PostgresProxy::Loop() {
  while (true) {
    std::vector<pollfd> sockets = {{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Pair& pair : pairs_) {
      sockets.push_back({pair.client, POLLIN, 0});
      sockets.push_back({pair.server, POLLIN, 0});
    }
    if (poll(sockets.data(), sockets.size(), -1) < 0) continue;
    char byte = 0;
    if (sockets[0].revents != 0) static_cast<void>(!read(wake_[0], &byte, 1));
    bool cut_all = false;
    bool stopping = false;
    {
      const std::lock_guard lock(mutex_);
      cut_all = std::exchange(cut_all_, false);
      stopping = stopping_;
    }
    std::vector<Pair> kept;
    for (size_t i = 0; i < pairs_.size(); ++i) {
      Pair& pair = pairs_[i];
      bool lives = !cut_all && !stopping;
      if (lives && sockets[2 + 2 * i].revents != 0) lives = Forward(pair, true);
      if (lives && sockets[3 + 2 * i].revents != 0) lives = Forward(pair, false);
      if (lives) {
        kept.push_back(pair);
      } else {
        close(pair.client);
        close(pair.server);
      }
    }
    pairs_ = std::move(kept);
    if (stopping) return;
    if (sockets[1].revents != 0) Accept();
  }
}

void PostgresProxy::Accept() {
  Pair pair;
  pair.client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (pair.client < 0) return;
  bool refusing = false;
  {
    const std::lock_guard lock(mutex_);
    refusing = refusing_;
  }
  const sockaddr_un address = AddressIn(server_);
  pair.server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!refusing &&
      connect(pair.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    pairs_.push_back(pair);
    return;
  }
  close(pair.client);
  close(pair.server);
}

bool PostgresProxy::Forward(Pair& pair, bool from_client) {
  char buffer[64 * 1024];
  const ssize_t count = recv(from_client ? pair.client : pair.server, buffer, sizeof buffer, 0);
  if (count <= 0) return false;
  const std::string_view data(buffer, static_cast<size_t>(count));
  if (!from_client && pair.swallows) return false;
  if (from_client && data.find(kCommitBound) != std::string_view::npos) {
    const std::lock_guard lock(mutex_);
    const Fault fault = std::exchange(fault_, Fault::kNone);
    if (fault != Fault::kNone) refusing_ = refuse_next_;
    if (fault == Fault::kBeforeCommit) return false;
    pair.swallows = fault == Fault::kAfterCommit;
  }
  return SendAll(from_client ? pair.server : pair.client, data);
}

}  // namespace edgeplane
