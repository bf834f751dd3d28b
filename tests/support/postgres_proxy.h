// Stands between a store and its PostgreSQL server and cuts their connections where
// a test wants it.
#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace edgeplane {

// Thread safe.
class PostgresProxy {
 public:
  // `connection`: keywords and values, with the directory of the server's socket.
  explicit PostgresProxy(const std::string& connection);
  ~PostgresProxy();
  PostgresProxy(const PostgresProxy&) = delete;
  PostgresProxy& operator=(const PostgresProxy&) = delete;

  // The same connection, by way of this.
  [[nodiscard]] const std::string& connection() const { return connection_; }

  // The next commit of a writer does not reach the server.
  void CutBeforeCommit() { Set(Fault::kBeforeCommit, false); }
  // It does, and its answer does not come back; `refuse`: and nobody gets in after
  // that.
  void CutAfterCommit(bool refuse) { Set(Fault::kAfterCommit, refuse); }
  void Admit();
  // All connections that there are.
  void CutAll();

 private:
  enum class Fault { kNone, kBeforeCommit, kAfterCommit };
  struct Pair;

  void Set(Fault fault, bool refuse);
  void Loop();
  void Accept();
  // False when the pair is to go.
  bool Forward(Pair& pair, bool from_client);
  void Wake();

  const TemporaryDirectory directory_;
  const std::string server_;      // the directory of its socket
  const std::string connection_;  // through this
  int listener_ = -1;
  int wake_[2] = {-1, -1};

  std::mutex mutex_;  // guards what follows
  Fault fault_ = Fault::kNone;
  bool refuse_next_ = false;
  bool refusing_ = false;
  bool cut_all_ = false;
  bool stopping_ = false;

  std::vector<Pair> pairs_;  // the thread's own
  std::thread thread_;
};

}  // namespace edgeplane
