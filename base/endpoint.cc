#include "base/endpoint.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <optional>

#include "base/encoding.h"
#include "base/log_escape.h"

namespace edgeplane {
namespace {

constexpr std::string_view kCannotListen = "Cannot listen on ";
constexpr size_t kTextMax = 64;  // "[" + the longest IPv6 address + "]:65535"
constexpr size_t kNameMax = 253;
constexpr std::string_view kPortWanted = "the port is not a number from 1 to 65535.";

bool IsAddress(int family, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(family, host.c_str(), address.data()) == 1;
}

std::optional<uint16_t> ReadPort(std::string_view text) {
  uint16_t port = 0;
  if (text.empty() || text.size() > 5) return std::nullopt;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

Error RefuseWith(std::string_view text, std::string_view why, std::string_view examples) {
  std::string shown;
  AppendJsonText(shown, CutUtf8(text, kTextMax));
  return MakeError(v1::ErrorReason::INVALID_FIELD, shown + " is not an address and port: " +
                                                       std::string(why) + std::string(examples));
}

Error Refuse(std::string_view text, std::string_view why) {
  return RefuseWith(text, why, " Write 127.0.0.1:8080, [::1]:8080 or :8080.");
}

Error RefuseTarget(std::string_view text, std::string_view why) {
  return RefuseWith(text, why, " Write host.example:9092, 192.0.2.7:9092 or [2001:db8::7]:9092.");
}

// Its last label is no number: that would be an address that is not well written.
bool MayBeAName(std::string_view text) {
  constexpr std::string_view kNameText =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  if (text.empty() || text.size() > kNameMax) return false;
  if (text.find_first_not_of(kNameText) != std::string_view::npos) return false;
  const size_t last_label = text.rfind('.') + 1;  // 0 where there is no dot
  return text.substr(last_label).find_first_not_of("0123456789") != std::string_view::npos;
}

}  // namespace

Result<Endpoint> ParseEndpoint(std::string_view text) {
  if (text.size() > kTextMax) return Refuse(text, "it is too long.");
  // inet_pton would stop at it.
  if (text.find('\0') != std::string_view::npos) return Refuse(text, "it holds a NUL.");
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Refuse(text, "there is no port.");
  const auto port = ReadPort(text.substr(colon + 1));
  if (!port) return Refuse(text, "the port is not a number from 0 to 65535.");

  std::string host(text.substr(0, colon));
  // The unspecified IPv6 address takes IPv4 as well (RFC 3493, 5.3).
  if (host.empty()) return Endpoint{"::", *port};
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!IsAddress(AF_INET6, host)) return Refuse(text, "no IPv6 address is in the brackets.");
    return Endpoint{std::move(host), *port};
  }
  if (IsAddress(AF_INET6, host)) return Refuse(text, "an IPv6 address goes in brackets.");
  if (!IsAddress(AF_INET, host)) return Refuse(text, "the host is not an IP address.");
  return Endpoint{std::move(host), *port};
}

Result<Endpoint> ParseTarget(std::string_view text) {
  if (Result<Endpoint> address = ParseEndpoint(text); address.ok()) {
    if (address->port == 0) return RefuseTarget(text, kPortWanted);
    return address;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return RefuseTarget(text, "there is no port.");
  const std::string_view host = text.substr(0, colon);
  const auto port = ReadPort(text.substr(colon + 1));
  if (!port || *port == 0) return RefuseTarget(text, kPortWanted);
  if (!MayBeAName(host)) {
    return RefuseTarget(text, "the host is neither an IP address nor a name.");
  }
  return Endpoint{std::string(host), *port};
}

bool IsName(std::string_view host) {
  const std::string text(host);
  return !IsAddress(AF_INET, text) && !IsAddress(AF_INET6, text);
}

std::string FormatEndpoint(std::string_view host, uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  std::string text;
  if (is_ipv6) text += '[';
  text += host;
  if (is_ipv6) text += ']';
  text += ':';
  text += std::to_string(port);
  return text;
}

Error CannotListen(std::string_view address, std::string_view why) {
  std::string message(kCannotListen);
  message.append(address).append(": ").append(why).append(".");
  return MakeError(v1::ErrorReason::INTERNAL, std::move(message));
}

bool IsCannotListen(const Error& error) { return error.message.starts_with(kCannotListen); }

}  // namespace edgeplane
