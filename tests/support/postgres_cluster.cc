#include "tests/support/postgres_cluster.h"

#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace edgeplane {
namespace {

constexpr int kStartMillisecondsMax = 60'000;

[[noreturn]] void Fail(const std::string& what) {
  throw std::runtime_error("the tests' PostgreSQL server: " + what);
}

// The newest installed, wherever the PATH leads.
std::string FindPrograms() {
  std::string found;
  int newest = 0;
  std::error_code ignored;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int number = std::atoi(version.path().filename().c_str());
    if (number < newest || !std::filesystem::exists(version.path() / "bin" / "postgres")) continue;
    newest = number;
    found = (version.path() / "bin").string();
  }
  if (found.empty()) Fail("not installed; run 'make setup'");
  return found;
}

// PostgreSQL does not run as root.
const passwd* ServerUser() {
  if (geteuid() != 0) return nullptr;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) Fail("there is no user 'postgres' to run it as");
  return user;
}

// Runs a program as the server's user. It ends with this process: the kernel sends
// it `end` then. After the change of user, which would undo that.
pid_t Spawn(const std::vector<std::string>& arguments, const std::string& log, int end,
            const std::string& notify) {
  const passwd* user = ServerUser();
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const std::string notify_variable = "NOTIFY_SOCKET=" + notify;
  std::vector<char*> environment = {const_cast<char*>("LC_ALL=C.UTF-8"),
                                    const_cast<char*>("PATH=/usr/bin:/bin")};
  if (!notify.empty()) environment.push_back(const_cast<char*>(notify_variable.c_str()));
  environment.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) Fail("fork failed");
  if (child > 0) return child;
  if (user != nullptr &&
      (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) {
    _exit(126);
  }
  if (prctl(PR_SET_PDEATHSIG, end) != 0 || getppid() != parent) _exit(126);
  if (freopen(log.c_str(), "a", stderr) == nullptr) _exit(126);
  if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) _exit(126);
  execve(argv[0], argv.data(), environment.data());
  _exit(127);
}

// In clock ticks; all 0 where there is no such process.
struct ProcessTimes {
  pid_t parent = 0;
  int64_t own = 0;
  int64_t of_ended_children = 0;
};

// As proc(5) has it: the name, in brackets, may hold anything.
ProcessTimes TimesOf(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(line.substr(name_end + 1));
  std::string skipped;
  ProcessTimes times;
  rest >> skipped >> times.parent;
  for (int i = 5; i < 14; ++i) rest >> skipped;
  int64_t user = 0;
  int64_t system = 0;
  int64_t user_of_children = 0;
  int64_t system_of_children = 0;
  rest >> user >> system >> user_of_children >> system_of_children;
  times.own = user + system;
  times.of_ended_children = user_of_children + system_of_children;
  return times;
}

bool EndedWell(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// A datagram socket that the server says it is ready on (sd_notify(3)).
int BindNotify(const std::string& path) {
  const int bound = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  unlink(path.c_str());
  if (bound < 0 || bind(bound, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    Fail("no notification socket");
  }
  if (const passwd* user = ServerUser()) {
    if (chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) Fail("chown failed");
  }
  return bound;
}

}  // namespace

PostgresCluster& PostgresCluster::Shared() {
  static PostgresCluster cluster(Durability::kOff);
  return cluster;
}

PostgresCluster::PostgresCluster(Durability durability)
    : durability_(durability), programs_(FindPrograms()) {
  if (const passwd* user = ServerUser()) {
    if (chown(directory_.path().c_str(), user->pw_uid, user->pw_gid) != 0) Fail("chown failed");
  }
  InitDb();
  Start();
}

PostgresCluster::~PostgresCluster() { Kill(); }

void PostgresCluster::InitDb() {
  const pid_t child = Spawn(
      {programs_ + "/initdb", "-D", DataPath(), "-U", "edgeplane", "--auth=trust", "--no-sync",
       "-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"},
      (directory_.path() / "initdb.log").string(), SIGKILL, "");
  if (!EndedWell(child)) Fail("initdb failed");
}

void PostgresCluster::Start() {
  const std::string notify = (directory_.path() / "notify").string();
  const int socket = BindNotify(notify);
  const std::string fsync = durability_ == Durability::kOn ? "fsync=on" : "fsync=off";
  // SIGQUIT ends the server and its children at once.
  server_ = Spawn({programs_ + "/postgres", "-D", DataPath(), "-c", "listen_addresses=", "-c",
                   "unix_socket_directories=" + directory_.path().string(), "-c", fsync, "-c",
                   "max_connections=100"},
                  (directory_.path() / "server.log").string(), SIGQUIT, notify);
  AwaitReady(socket);
  close(socket);
}

void PostgresCluster::AwaitReady(int socket) {
  while (true) {
    pollfd readable{socket, POLLIN, 0};
    const int count = poll(&readable, 1, kStartMillisecondsMax);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) Fail("did not start; see " + (directory_.path() / "server.log").string());
    char message[256] = {};
    if (recv(socket, message, sizeof message - 1, 0) < 0) continue;
    if (std::strstr(message, "READY=1") != nullptr) return;
  }
}

double PostgresCluster::CpuSeconds() const {
  const ProcessTimes server = TimesOf(server_);
  int64_t ticks = server.own + server.of_ended_children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const pid_t process = std::atoi(entry.path().filename().c_str());
    if (process == 0) continue;
    const ProcessTimes times = TimesOf(process);
    if (times.parent == server_) ticks += times.own;
  }
  return static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

void PostgresCluster::Kill() {
  if (server_ <= 0) return;
  kill(server_, SIGQUIT);
  EndedWell(server_);
  server_ = -1;
}

std::string PostgresCluster::connection() const {
  return "host=" + directory_.path().string() + " user=edgeplane dbname=postgres";
}

std::string PostgresCluster::NewSchema() {
  const std::string schema = "s" + std::to_string(++schemas_);
  PGconn* connection = PQconnectdb(this->connection().c_str());
  PGresult* made = PQexec(connection, ("CREATE SCHEMA " + schema).c_str());
  const bool done = PQresultStatus(made) == PGRES_COMMAND_OK;
  const std::string complaint = PQerrorMessage(connection);
  PQclear(made);
  PQfinish(connection);
  if (!done) Fail(complaint);
  return this->connection() + " options='-c search_path=" + schema + "'";
}

}  // namespace edgeplane
