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

Error Refuse(std::string_view text, std::string_view why) {
  std::string shown;
  AppendJsonText(shown, CutUtf8(text, kTextMax));
  return MakeError(v1::ErrorReason::INVALID_FIELD,
                   shown + " is not an address and port: " + std::string(why) +
                       " Write 127.0.0.1:8080, [::1]:8080 or :8080.");
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
