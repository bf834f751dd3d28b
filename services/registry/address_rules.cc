#include "services/registry/address_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace edgeplane::registry {
namespace {

constexpr int kV4Offset = 96;  // bits before the IPv4 address in a mapped one
constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
// The longest text inet_pton takes; everything longer is no address.
constexpr size_t kAddressTextMax = INET6_ADDRSTRLEN - 1;
constexpr size_t kRuleTextMax = kAddressTextMax + 4;  // "/128"

std::optional<IpAddress> ParseIp(std::string_view text) {
  if (text.empty() || text.size() > kAddressTextMax) return std::nullopt;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  IpAddress address;
  if (in_addr v4{}; inet_pton(AF_INET, terminated.c_str(), &v4) == 1) {
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
    std::memcpy(address.bytes.data() + kMappedPrefix.size(), &v4, sizeof(v4));
    address.is_v4 = true;
    return address;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, terminated.c_str(), &v6) != 1) return std::nullopt;
  std::memcpy(address.bytes.data(), &v6, sizeof(v6));
  address.is_v4 = std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
  return address;
}

// Whether the first `bits` of both are equal.
bool SamePrefix(const IpAddress& a, const IpAddress& b, int bits) {
  const size_t whole = static_cast<size_t>(bits) / 8;
  if (!std::equal(a.bytes.begin(), a.bytes.begin() + whole, b.bytes.begin())) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<uint8_t>(0xff << (8 - rest));
  return ((a.bytes[whole] ^ b.bytes[whole]) & mask) == 0;
}

bool HasBitsBeyond(const IpAddress& address, int bits) {
  IpAddress cleared = address;
  for (int bit = bits; bit < 128; ++bit) {
    cleared.bytes[static_cast<size_t>(bit) / 8] &= static_cast<uint8_t>(~(0x80 >> (bit % 8)));
  }
  return cleared.bytes != address.bytes;
}

Error Invalid(std::string message) {
  return MakeError(v1::ErrorReason::INVALID_FIELD, std::move(message));
}

}  // namespace

Result<AddressRule> ParseAddressRule(std::string_view text) {
  if (text.size() > kRuleTextMax) return Invalid("An address rule is longer than any address.");
  const std::string shown(text);
  const size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const std::optional<IpAddress> address = ParseIp(host);
  if (!address) return Invalid("'" + shown + "' is not an IPv4 or IPv6 address or CIDR block.");
  AddressRule rule{*address, 128};
  if (slash == std::string_view::npos) return rule;

  // A mapped block is written with its IPv6 length, a dotted one with its IPv4
  // length.
  const bool dotted = host.find(':') == std::string_view::npos;
  const int bits_max = dotted ? 32 : 128;
  const std::string_view digits = text.substr(slash + 1);
  int bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (digits.empty() || digits.front() == '-' || error != std::errc() ||
      end != digits.data() + digits.size() || bits > bits_max) {
    return Invalid("'" + shown + "' has a prefix length other than 0 to " +
                   std::to_string(bits_max) + ".");
  }
  rule.prefix_bits = dotted ? bits + kV4Offset : bits;
  // ::ffff:0:0 with a shorter prefix is a block of IPv6.
  if (rule.prefix_bits < kV4Offset) rule.network.is_v4 = false;
  if (HasBitsBeyond(rule.network, rule.prefix_bits)) {
    return Invalid("'" + shown +
                   "' has bits set beyond its prefix length; write the block's first address.");
  }
  return rule;
}

std::optional<IpAddress> ParsePeerAddress(std::string_view text) {
  if (!text.empty() && text.front() == '[') {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    text = text.substr(1, close - 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  return ParseIp(text.substr(0, text.find('%')));  // without the zone (RFC 4007, 11)
}

bool Covers(const AddressRule& rule, const IpAddress& address) {
  return rule.network.is_v4 == address.is_v4 && SamePrefix(rule.network, address, rule.prefix_bits);
}

bool IsAddressAllowed(const std::vector<std::string>& rules, std::string_view peer_address) {
  if (rules.empty()) return true;
  const std::optional<IpAddress> peer = ParsePeerAddress(peer_address);
  if (!peer) return false;
  return std::any_of(rules.begin(), rules.end(), [&](const std::string& text) {
    const Result<AddressRule> rule = ParseAddressRule(text);
    return rule.ok() && Covers(*rule, *peer);
  });
}

}  // namespace edgeplane::registry
