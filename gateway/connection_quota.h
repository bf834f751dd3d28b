// How many connections there may be, in all and from one address. A place is a
// move-only object: whoever holds it has a connection, and dropping it gives the
// place back, whichever way the connection ends.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

#include "edgeplane/v1/reason.pb.h"

namespace edgeplane::gateway {

class ConnectionQuota;

class ConnectionPlace {
 public:
  ConnectionPlace(ConnectionPlace&& other) noexcept
      : quota_(std::exchange(other.quota_, nullptr)), address_(std::move(other.address_)) {}
  ConnectionPlace& operator=(ConnectionPlace&&) = delete;
  ~ConnectionPlace();

 private:
  friend class ConnectionQuota;
  ConnectionPlace(ConnectionQuota* quota, std::string address)
      : quota_(quota), address_(std::move(address)) {}
  ConnectionQuota* quota_;
  std::string address_;
};

// Thread safe. Must outlive its places.
class ConnectionQuota {
 public:
  ConnectionQuota(size_t connections_max, size_t per_address_max)
      : connections_max_(connections_max), per_address_max_(per_address_max) {}

  // A place, or CONNECTION_LIMIT or ADDRESS_LIMIT. `address` without the port.
  [[nodiscard]] std::variant<ConnectionPlace, v1::Reason> Take(const std::string& address);
  [[nodiscard]] size_t taken() const;

 private:
  friend class ConnectionPlace;
  void Release(const std::string& address);

  const size_t connections_max_;
  const size_t per_address_max_;
  mutable std::mutex mutex_;
  size_t taken_ = 0;
  std::unordered_map<std::string, size_t> by_address_;
};

}  // namespace edgeplane::gateway
