#include "services/rpc/accept_loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/log.h"

namespace edgeplane::rpc {
namespace {

// How long to leave the backlog alone when the process has no descriptor or the
// kernel no memory left: long enough not to spin, short enough that nobody
// notices once there is one again.
constexpr int kBackoffMs = 100;
// After so many the stop is looked at again, however many more knock.
constexpr int kAcceptsPerRound = 64;
constexpr int kWaitForEver = -1;  // ends when stop_event_ does

// Errors that belong to the one connection (accept(2): on Linux, network errors
// that are already pending on the new socket come out of accept); the next may
// well work.
bool OnlyThisConnection(int error) {
  switch (error) {
    case ECONNABORTED:
    case EINTR:
    case EPERM:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
      return true;
    default:
      return false;
  }
  return true;
}

std::string ErrorText(int error) {
  return std::error_code(error, std::system_category()).message();
}

}  // namespace

AcceptLoop::AcceptLoop(ListeningSocket socket, Handler handler)
    : socket_(std::move(socket)), handler_(std::move(handler)) {}

Status AcceptLoop::Start(const std::string& name) {
  stop_event_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (stop_event_ < 0) {
    return MakeError(v1::ErrorReason::INTERNAL,
                     "Cannot make an eventfd for the listener: " + ErrorText(errno) + ".");
  }
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
  return {};
}

void AcceptLoop::Stop() {
  if (thread_.joinable()) {
    eventfd_write(stop_event_, 1);  // cannot fail: the counter is at 0
    thread_.join();
  }
  if (stop_event_ >= 0) close(std::exchange(stop_event_, -1));
  socket_.Close();
}

void AcceptLoop::Run() {
  pollfd waits[2] = {{stop_event_, POLLIN, 0}, {socket_.fd(), POLLIN, 0}};
  while (true) {
    // While starved the listener stays readable, so only the stop is awaited.
    const nfds_t count = starved_ ? 1 : 2;
    const int ready = poll(waits, count, starved_ ? kBackoffMs : kWaitForEver);
    if (ready < 0 && errno != EINTR) {
      LogError("grpc listener failed",
               {{"address", socket_.address()}, {"cause", ErrorText(errno)}});
      return;
    }
    if (ready > 0 && (waits[0].revents & POLLIN) != 0) return;
    const bool was_starved = starved_;
    starved_ = !AcceptWaiting();
    if (was_starved && !starved_) LogInfo("grpc accept resumed", {{"address", socket_.address()}});
  }
}

bool AcceptLoop::AcceptWaiting() {
  for (int accepted = 0; accepted < kAcceptsPerRound;) {
    const int fd = accept4(socket_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      const int on = 1;
      // Only latency is lost where this fails.
      (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      handler_(fd);
      ++accepted;
      continue;
    }
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) return true;
    if (OnlyThisConnection(error)) continue;
    // EMFILE, ENFILE, ENOBUFS, ENOMEM: connections wait in the backlog. Said
    // once, not ten times a second.
    if (!starved_) {
      LogError("grpc accept starved",
               {{"address", socket_.address()}, {"cause", ErrorText(error)}});
    }
    return false;
  }
  return true;
}

}  // namespace edgeplane::rpc
