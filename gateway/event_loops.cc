#include "gateway/event_loops.h"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>

#include "base/log.h"

namespace edgeplane::gateway {

EventLoops::EventLoops(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    Loop& loop = *loops_.emplace_back(std::make_unique<Loop>());
    loop.thread = std::thread([&loop] { loop.context.run(); });
    pthread_setname_np(loop.thread.native_handle(), ("agents-" + std::to_string(i)).c_str());
  }
}

EventLoops::~EventLoops() { Stop(); }

asio::io_context& EventLoops::Next() { return loops_[next_++ % loops_.size()]->context; }

EventLoops::Loop& EventLoops::Of(asio::io_context& context) {
  for (const auto& loop : loops_) {
    if (&loop->context == &context) return *loop;
  }
  std::terminate();  // a context that Next did not give
}

void EventLoops::Run(asio::io_context& context, std::unique_ptr<Connection> connection) {
  ++connections_;
  Loop& loop = Of(context);
  asio::co_spawn(context, Live(loop, std::move(connection)), [this](std::exception_ptr failure) {
    if (failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& e) {
        LogError("connection failed", {{"what", e.what()}});
      }
    }
    const std::lock_guard lock(mutex_);
    --connections_;
    emptied_.notify_all();
  });
}

asio::awaitable<void> EventLoops::Live(Loop& loop, std::unique_ptr<Connection> connection) {
  struct Listed {
    Listed(Loop& l, Connection* c) : loop(l), at(l.connections.insert(l.connections.end(), c)) {}
    ~Listed() { loop.connections.erase(at); }
    Loop& loop;
    std::list<Connection*>::iterator at;
  };
  const Listed listed(loop, connection.get());
  co_await connection->Run();
}

void EventLoops::ForEach(std::function<void(Connection&)> visit) {
  for (const auto& loop : loops_) {
    asio::post(loop->context, [&loop = *loop, visit] {
      for (Connection* connection : loop.connections) visit(*connection);
    });
  }
}

bool EventLoops::WaitUntilEmpty(Duration timeout) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, timeout, [this] { return connections_ == 0; });
}

void EventLoops::Stop() {
  for (const auto& loop : loops_) {
    loop->work.reset();
    loop->context.stop();
  }
  for (const auto& loop : loops_) {
    if (loop->thread.joinable()) loop->thread.join();
  }
}

}  // namespace edgeplane::gateway
