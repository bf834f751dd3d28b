// Where the database is and how to get in: a connection string of libpq's
// (postgresql.org/docs/current/libpq-connect.html), `host=.. dbname=..` or
// `postgresql://..`. Everything libpq knows goes through: several hosts,
// target_session_attrs, TLS, passfile, service. What it leaves out is taken from
// libpq's environment variables, and then from what is sensible here.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace edgeplane::storage::postgres {

// Copies share what is secret.
class ConnectString {
 public:
  // STORE_UNAVAILABLE where libpq cannot read it; the error does not repeat it.
  static Result<ConnectString> Parse(std::string_view text);

  // How many hosts it names, to be tried in their order; at least one.
  [[nodiscard]] size_t hosts() const { return hosts_.size(); }

  // One of the server's, or of a client key.
  [[nodiscard]] bool holds_password() const { return !passwords_.empty(); }

  // Keywords and values for libpq to reach one of the hosts; the values point into
  // this object. `silence` is how long a peer that does not answer is waited for.
  struct Keywords {
    std::vector<const char*> names;
    std::vector<const char*> values;
    std::vector<std::string> owned;
  };
  [[nodiscard]] Keywords For(size_t host, Duration silence) const;

  // What libpq or the server says, without the passwords that stand in the string.
  [[nodiscard]] std::string Redact(std::string text) const;

 private:
  struct Host {
    std::string name;
    std::string address;
    std::string port;
  };

  ConnectString() = default;

  std::shared_ptr<const Secret> text_;  // of all copies
  std::vector<Host> hosts_;
  std::vector<std::shared_ptr<const Secret>> passwords_;
};

}  // namespace edgeplane::storage::postgres
