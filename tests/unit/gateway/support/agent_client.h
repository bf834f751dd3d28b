// An agent for tests: Beast's WebSocket client, and the bare connection under it
// for what no decent client would send. Every wait ends with kPatience.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace edgeplane::gateway {

class AgentClient {
 public:
  // Connects to 127.0.0.1. Throws std::runtime_error when it cannot.
  explicit AgentClient(uint16_t port, bool small_receive_buffer = false);
  ~AgentClient();

  // --- bytes ---
  bool WriteRaw(std::string_view bytes);
  // What comes next, up to `size` bytes; empty at the end of the connection.
  std::string ReadRaw(size_t size = 64 * 1024);
  // Until `end` has been read; all that came, whether or not it did.
  std::string ReadRawUntil(std::string_view end);
  // Everything up to the end of the connection; nothing if that does not come.
  std::optional<std::string> ReadRawToEnd();
  void Vanish();    // resets the connection
  void ShutDown();  // sends no more

  // --- WebSocket ---
  // The HTTP status answered; 101 when it is open.
  int Upgrade(const std::string& agent_id, const std::string& bearer = "secret-of-the-agent");
  // Head and body of a refusal; after Upgrade.
  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] const std::string& body() const;
  bool Send(std::string_view text);
  bool Ping();
  // The next message, or nothing when the connection ends or kPatience passes.
  std::optional<std::string> Read();
  // Reads on to the end of the connection and gives the close code; 0 where there
  // was none, -1 when the connection does not end.
  int ReadClose();
  [[nodiscard]] std::string close_reason() const;
  // Begins to close, code 0 being none, and waits for the answer.
  bool Close(uint16_t code);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// An upgrade request as bytes.
std::string UpgradeRequest(const std::string& agent_id, std::string_view more_headers = "");

// A client's frame (RFC 6455, 5.2), masked with zeros. `length` for a header that
// promises more than `payload`.
std::string ClientFrame(uint8_t first_byte, std::string_view payload,
                        std::optional<uint64_t> length = std::nullopt);
inline constexpr uint8_t kTextFrame = 0x81;
inline constexpr uint8_t kTextBegins = 0x01;
inline constexpr uint8_t kContinues = 0x00;
inline constexpr uint8_t kCloseFrame = 0x88;
inline constexpr uint8_t kPingFrame = 0x89;

}  // namespace edgeplane::gateway
