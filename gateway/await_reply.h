// Waits in a coroutine for a callback that comes once, on whatever thread, and
// goes on on the coroutine's own event loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace edgeplane::gateway {

// `start(std::function<void(Reply)>)` begins whatever gives the reply.
template <class Reply, class Start>
boost::asio::awaitable<Reply> AwaitReply(boost::asio::any_io_executor executor, Start start) {
  namespace asio = boost::asio;
  auto initiate = [&executor, &start](auto handler) {
    // Copyable, as std::function wants; still called once.
    auto done = std::make_shared<decltype(handler)>(std::move(handler));
    std::function<void(Reply)> reply = [done, executor](Reply answer) {
      auto result = std::make_shared<Reply>(std::move(answer));
      asio::post(executor, [done, result] { (*done)(std::move(*result)); });
    };
    start(std::move(reply));
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Reply)>(
      std::move(initiate), asio::use_awaitable);
}

}  // namespace edgeplane::gateway
