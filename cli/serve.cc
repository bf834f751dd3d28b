#include "cli/serve.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <cerrno>
#include <iomanip>
#include <iostream>

#include "base/log.h"
#include "base/version.h"
#include "cli/all_settings.h"
#include "cli/failure.h"
#include "cli/server.h"

namespace edgeplane::cli {

namespace {

constexpr time_t kStoreCheckSeconds = 5;
// Besides the agents' connections: the store, gRPC, the metrics listener, logs.
constexpr rlim_t kOtherFiles = 256;

LogLevel LevelOf(const std::string& name) {
  if (name == "debug") return LogLevel::kDebug;
  if (name == "warning") return LogLevel::kWarning;
  if (name == "error") return LogLevel::kError;
  return LogLevel::kInfo;
}

// Every thread inherits this, so that only the main thread hears of them, and
// when it asks.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Before anybody waits for it.
bool IsStopPending() {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

// Whoever asks to stop a second time does not want to wait for the agents.
void LetSignalsKill() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// Running out of descriptors would hit agents and operators alike, so the limit
// is raised as far as it goes, and said when that is not enough.
void RaiseFileLimit(int64_t connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t wanted = static_cast<rlim_t>(connections) + kOtherFiles;
  if (limit.rlim_cur < wanted) {
    LogWarning("open files limited", {{"limit", static_cast<int64_t>(limit.rlim_cur)},
                                      {"wanted", static_cast<int64_t>(wanted)},
                                      {"advice",
                                       "raise it (ulimit -n, LimitNOFILE), or lower "
                                       "max-connections"}});
  }
}

void Announce(const Server& server, const Endpoints& endpoints) {
  const auto line = [](const char* what, const std::string& value) {
    std::cout << "  " << std::left << std::setw(15) << what << value << "\n";
  };
  const auto url = [](const char* scheme, const std::string& address, const char* path) {
    return address.empty() ? "off" : scheme + address + path;
  };
  std::cout << "edgeplane " << Version() << " is serving.\n";
  if (const GatewayPart* gateway = server.gateway()) {
    line("agents", url("ws://", endpoints.listen, "/edge/ws"));
    line("agents (TLS)", url("wss://", endpoints.tls_listen, "/edge/ws"));
    if (!gateway->self_signed().empty()) {
      line("certificate", gateway->self_signed() + " (self-signed: agents have to trust it)");
    }
  }
  if (const RegistryPart* registry = server.registry()) {
    line("operators", endpoints.grpc_listen + " (gRPC)");
    line("admin token", registry->admin_token_place());
    if (!endpoints.registry_listen.empty()) {
      line("gateways", endpoints.registry_listen + " (gRPC over TLS)");
      line("", "certificate    " + registry->registry_certificate());
      line("", "gateway token  " + registry->gateway_token_path().string());
    }
  }
  line("metrics", url("http://", endpoints.metrics_listen, "/metrics"));
  // Nobody has to be there to read it.
  std::cout << std::flush;
  std::cout.clear();
}

void WaitForTheEnd(Server& server, const sigset_t& signals) {
  for (;;) {
    const timespec interval{kStoreCheckSeconds, 0};
    const int signal = sigtimedwait(&signals, nullptr, &interval);
    if (signal == SIGTERM || signal == SIGINT) {
      LogInfo("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
      return;
    }
    if (signal == SIGHUP) {
      const Status reloaded = server.ReloadCertificate();
      if (reloaded) {
        LogInfo("certificate reloaded");
      } else {
        LogError("certificate not reloaded", {{"error", reloaded.error().message}});
      }
    } else if (signal < 0 && errno == EAGAIN) {
      server.CheckStore();
    }
  }
}

}  // namespace

Outcome Serve(const Parts& parts, const SettingSet::Values& flags) {
  AllSettings settings;
  SettingSet set;
  DeclareAllSettings(set, settings, parts);
  if (const Status resolved = ResolveAllSettings(set, settings, parts, flags); !resolved) {
    return SettingsFailure(resolved.error());
  }
  ConfigureLog(LevelOf(settings.serve.log_level),
               settings.serve.log_format == "json" ? LogFormat::kJson : LogFormat::kText);
  const sigset_t signals = BlockSignals();
  if (parts.gateway) RaiseFileLimit(settings.gateway.max_connections);

  Server server(settings, parts);
  bool gave_up = false;
  const Result<Endpoints> endpoints =
      server.Start([&gave_up] { return gave_up = IsStopPending(); });
  if (!endpoints && gave_up) {
    LogInfo("stopped before it served", {{"waited_for", endpoints.error().message}});
    return {};
  }
  if (!endpoints) return {ExitCode::kFailed, {endpoints.error().message}};
  Announce(server, *endpoints);
  LogInfo("serving", {{"version", Version()},
                      {"listen", endpoints->listen},
                      {"tls_listen", endpoints->tls_listen},
                      {"grpc_listen", endpoints->grpc_listen},
                      {"registry_listen", endpoints->registry_listen},
                      {"metrics_listen", endpoints->metrics_listen}});
  WaitForTheEnd(server, signals);
  LetSignalsKill();
  server.Stop();
  LogInfo("stopped");
  return {};
}

}  // namespace edgeplane::cli
