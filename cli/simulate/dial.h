// How a connection to the gateway is made.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <string>

#include "cli/simulate/plan.h"
#include "cli/simulate/steady.h"
#include "cli/simulate/target.h"
#include "gateway/byte_stream.h"

namespace edgeplane::simulate {

namespace asio = boost::asio;
using boost::system::error_code;
using gateway::ByteStream;

// co_await something(Into(ec)): the error lands in `ec`, and nothing is thrown.
inline auto Into(error_code& ec) { return asio::redirect_error(asio::use_awaitable, ec); }

// TCP, then TLS where the target has it, into `stream`. Gives what went wrong in
// words, by its step ("connect: Connection refused"); nothing when all went well.
// Takes at most the plan's upgrade_timeout. `patience` is the caller's: cancelled
// while there is no `stream`, it ends the attempt; later, closing `stream` does.
asio::awaitable<std::string> Dial(const Target& target, const Plan& plan,
                                  asio::steady_timer& patience,
                                  std::unique_ptr<ByteStream>& stream);

}  // namespace edgeplane::simulate
