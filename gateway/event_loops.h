// The gateway's threads: one event loop each, which share nothing. Every
// connection is a coroutine that belongs here, from its start to its end.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "gateway/connection.h"

namespace edgeplane::gateway {

class EventLoops {
 public:
  explicit EventLoops(size_t count);
  ~EventLoops();  // stops
  EventLoops(const EventLoops&) = delete;
  EventLoops& operator=(const EventLoops&) = delete;

  // The next in turn.
  asio::io_context& Next();
  // The first: where the listeners live.
  asio::io_context& first() { return loops_.front()->context; }

  // Runs the connection on its loop. `socket` was made on `context`, which Next
  // gave.
  void Run(asio::io_context& context, std::unique_ptr<Connection> connection);

  // Calls `visit` for every connection, on its loop; returns at once.
  void ForEach(std::function<void(Connection&)> visit);
  // False when some are left at the deadline.
  bool WaitUntilEmpty(Duration timeout);
  [[nodiscard]] size_t connections() const { return connections_; }
  // Ends the threads. Connections that are left end without a word.
  void Stop();

 private:
  struct Loop {
    // Only on its own thread. Outlives the context, which takes along the
    // connections that are left.
    std::list<Connection*> connections;
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::thread thread;
  };

  asio::awaitable<void> Live(Loop& loop, std::unique_ptr<Connection> connection);
  Loop& Of(asio::io_context& context);

  std::vector<std::unique_ptr<Loop>> loops_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;
  std::condition_variable emptied_;
  std::atomic<size_t> connections_ = 0;
};

}  // namespace edgeplane::gateway
