// Accepts connections on a thread of its own and hands each to a function.
//
// gRPC's own listener stops accepting for ever once the process has run out of
// file descriptors (CVE-2023-4785, open in the version we build on). This loop
// waits and goes on: what could not be accepted stays in the kernel's backlog.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "base/result.h"
#include "services/rpc/listening_socket.h"

namespace edgeplane::rpc {

class AcceptLoop {
 public:
  // Takes over the descriptor, which is non-blocking. Called on the loop's
  // thread, one at a time; must not block.
  using Handler = std::function<void(int fd)>;

  AcceptLoop(ListeningSocket socket, Handler handler);
  ~AcceptLoop() { Stop(); }
  AcceptLoop(const AcceptLoop&) = delete;
  AcceptLoop& operator=(const AcceptLoop&) = delete;

  // `name` shows in thread listings (at most 15 characters).
  Status Start(const std::string& name);
  // Closes the listener; when it returns the handler will not run again.
  // Idempotent.
  void Stop();

  [[nodiscard]] const ListeningSocket& socket() const { return socket_; }
  // Whether connections have to wait because the process or the kernel is out of
  // something.
  [[nodiscard]] bool starved() const { return starved_.load(std::memory_order_relaxed); }

 private:
  void Run();
  // Accepts what waits, within bounds. False: out of some resource, back off.
  bool AcceptWaiting();

  ListeningSocket socket_;
  const Handler handler_;
  int stop_event_ = -1;                // eventfd; readable: stop
  std::atomic<bool> starved_ = false;  // written by the loop's thread
  std::thread thread_;
};

}  // namespace edgeplane::rpc
