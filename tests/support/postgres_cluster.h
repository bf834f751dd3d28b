// A PostgreSQL server for the tests of one program: made and started when it is
// first asked for, on a socket in a temporary directory, and gone with the program,
// however that ends.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "tests/support/temporary_directory.h"

namespace edgeplane {

// Throws where there is none to be had. Its locale sorts other than by bytes. Not
// thread safe.
class PostgresCluster {
 public:
  enum class Durability { kOff, kOn };

  // The one of this program, which keeps nothing through a crash of the machine.
  static PostgresCluster& Shared();

  explicit PostgresCluster(Durability durability);
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  // A connection string to a schema that nobody has used before.
  std::string NewSchema();
  // As the superuser, to the database all schemas are in.
  [[nodiscard]] std::string connection() const;

  // What the server's processes have used so far, those that have ended included.
  [[nodiscard]] double CpuSeconds() const;

  // Ends the server as a crash would, and starts it again.
  void Kill();
  void Start();

 private:
  [[nodiscard]] std::string DataPath() const { return (directory_.path() / "data").string(); }
  void InitDb();
  void AwaitReady(int socket);

  const Durability durability_;
  const TemporaryDirectory directory_;
  const std::string programs_;  // where PostgreSQL's are
  pid_t server_ = -1;
  int schemas_ = 0;
};

}  // namespace edgeplane
