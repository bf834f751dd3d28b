// Where an agent may connect from: addresses and CIDR blocks (RFC 4632 and
// RFC 4291, 2.3).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgeplane::registry {

// An IPv4 address, or an IPv4-mapped IPv6 one (RFC 4291, 2.5.5.2), is kept as
// mapped; `is_v4` tells, so that an IPv6 rule never covers it.
struct IpAddress {
  std::array<uint8_t, 16> bytes{};
  bool is_v4 = false;
};

struct AddressRule {
  IpAddress network;
  int prefix_bits = 128;  // of `network.bytes`; 96 and more for IPv4
};

// "10.1.2.3", "10.0.0.0/8", "2001:db8::1", "2001:db8::/32", "::ffff:10.0.0.0/104".
// INVALID_FIELD with a sentence: not an address, a prefix that is too long, or
// bits set beyond the prefix (usually a typing error).
Result<AddressRule> ParseAddressRule(std::string_view text);

// "10.1.2.3:4711", "[2001:db8::1]:4711", "[fe80::1%eth0]:4711", or the address
// alone.
std::optional<IpAddress> ParsePeerAddress(std::string_view text);

bool Covers(const AddressRule& rule, const IpAddress& address);

// Whether a peer may connect under these rules; no rules allow everything. A
// peer or a rule that cannot be read matches nothing.
bool IsAddressAllowed(const std::vector<std::string>& rules, std::string_view peer_address);

}  // namespace edgeplane::registry
