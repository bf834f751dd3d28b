// An agent's HTTP calls over one connection that is kept alive.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "cli/simulate/dial.h"

namespace edgeplane::simulate {

// Lives on the fleet's event loop; one call at a time.
class HttpChannel {
 public:
  struct Answer {
    int status = 0;  // 0: there was none
    std::string body;
    std::string failure;  // in words, where there was none
  };

  HttpChannel(asio::io_context& loop, const Plan& plan, const Target& target)
      : plan_(plan), target_(target), patience_(loop) {}

  // POST `path` with a JSON body. A kept connection that turns out to be closed
  // is replaced once: the call may then have been heard twice.
  asio::awaitable<Answer> Post(std::string_view path, std::string_view agent_id,
                               const Secret& bearer, std::string body);

  // Gives the connection up; the next call makes another.
  void Drop() { stream_.reset(); }
  // For good: what is under way fails.
  void Close();

 private:
  asio::awaitable<Answer> Exchange(const std::string& request);

  const Plan& plan_;
  const Target& target_;
  asio::steady_timer patience_;  // how long connecting may take
  std::unique_ptr<ByteStream> stream_;
  bool closed_ = false;
};

}  // namespace edgeplane::simulate
