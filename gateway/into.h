// What a coroutine passes to an asynchronous operation to have its error put into
// `ec` instead of thrown.
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

namespace edgeplane::gateway {

inline auto Into(boost::system::error_code& ec) {
  return boost::asio::redirect_error(boost::asio::use_awaitable, ec);
}

}  // namespace edgeplane::gateway
