// The gateway that agents connect to: its addresses, and how TLS is spoken with
// it.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/simulate/gateway_address.h"
#include "gateway/byte_stream.h"

namespace edgeplane::simulate {

struct Trust {
  bool anybody = false;               // --insecure
  std::vector<std::string> ca_files;  // PEM; trusted besides the system's own
};

// Does not change once it is made; for any thread.
class Target {
 public:
  // Looks the host up. INVALID_FIELD when a file of `trust` cannot be used or the
  // host has no address.
  static Result<std::unique_ptr<const Target>> Find(GatewayAddress address, const Trust& trust);

  [[nodiscard]] const GatewayAddress& address() const { return address_; }
  [[nodiscard]] const std::vector<boost::asio::ip::tcp::endpoint>& endpoints() const {
    return endpoints_;
  }
  // "host:port", as the Host header has it.
  [[nodiscard]] const std::string& authority() const { return authority_; }
  // The client side of one connection; null without TLS.
  [[nodiscard]] gateway::SslPtr NewConnection() const;

 private:
  explicit Target(GatewayAddress address);
  Status Configure(const Trust& trust);
  Status LookUp();

  const GatewayAddress address_;
  const std::string authority_;
  bool is_name_ = true;
  std::vector<boost::asio::ip::tcp::endpoint> endpoints_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
};

}  // namespace edgeplane::simulate
