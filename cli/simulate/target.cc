#include "cli/simulate/target.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <boost/asio/io_context.hpp>

namespace edgeplane::simulate {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

Error Unusable(const std::string& what) { return MakeError(v1::ErrorReason::INVALID_FIELD, what); }

}  // namespace

Target::Target(GatewayAddress address)
    : address_(std::move(address)), authority_(Authority(address_)) {
  boost::system::error_code no_address;
  asio::ip::make_address(address_.host, no_address);
  is_name_ = static_cast<bool>(no_address);
}

Result<std::unique_ptr<const Target>> Target::Find(GatewayAddress address, const Trust& trust) {
  std::unique_ptr<Target> target(new Target(std::move(address)));
  if (target->address_.tls) {
    if (const Status configured = target->Configure(trust); !configured) return configured.error();
  }
  if (const Status found = target->LookUp(); !found) return found.error();
  return std::unique_ptr<const Target>(std::move(target));
}

Status Target::Configure(const Trust& trust) {
  ERR_clear_error();
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_) return Unusable("TLS cannot be set up");
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  // Thousands of idle agents need no buffers while they wait.
  SSL_CTX_set_mode(context_.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
  if (trust.anybody) {
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
    return {};
  }
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_default_verify_paths(context_.get());
  for (const std::string& file : trust.ca_files) {
    if (SSL_CTX_load_verify_locations(context_.get(), file.c_str(), nullptr) != 1) {
      const char* reason = ERR_reason_error_string(ERR_peek_error());
      ERR_clear_error();
      return Unusable("cannot use the certificates in " + file + ": " +
                      (reason != nullptr ? reason : "not usable"));
    }
  }
  return {};
}

Status Target::LookUp() {
  asio::io_context loop;
  tcp::resolver resolver(loop);
  boost::system::error_code ec;
  const auto results =
      resolver.resolve(address_.host, std::to_string(address_.port),
                       tcp::resolver::numeric_service | tcp::resolver::address_configured, ec);
  for (const auto& result : results) endpoints_.push_back(result.endpoint());
  if (endpoints_.empty()) {
    return Unusable("the gateway's host " + address_.host +
                    " has no address: " + (ec ? ec.message() : "none was found"));
  }
  return {};
}

gateway::SslPtr Target::NewConnection() const {
  if (!context_) return nullptr;
  gateway::SslPtr ssl(SSL_new(context_.get()));
  if (!ssl) return nullptr;
  if (is_name_) {
    SSL_set_tlsext_host_name(ssl.get(), address_.host.c_str());
    SSL_set1_host(ssl.get(), address_.host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), address_.host.c_str());
  }
  return ssl;
}

}  // namespace edgeplane::simulate
