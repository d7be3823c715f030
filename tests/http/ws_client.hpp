// tests/http/ws_client.hpp
// A WebSocket client that can also do everything wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/http/wire_fixture.hpp"

namespace parley::gateway::http {

inline constexpr unsigned kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;

struct FrameParts {
  unsigned opcode = kText;
  std::string payload = {};
  bool fin = true;
  bool masked = true;
  unsigned rsv = 0;
};

inline std::string ws_frame(const FrameParts& parts) {
  std::string out;
  out += static_cast<char>((parts.fin ? 0x80u : 0u) | (parts.rsv << 4) | parts.opcode);
  const unsigned mask_bit = parts.masked ? 0x80u : 0u;
  const auto size = parts.payload.size();
  if (size < 126) {
    out += static_cast<char>(mask_bit | size);
  } else if (size < 65'536) {
    out += static_cast<char>(mask_bit | 126u);
    out += static_cast<char>(size >> 8);
    out += static_cast<char>(size & 0xFF);
  } else {
    out += static_cast<char>(mask_bit | 127u);
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((size >> shift) & 0xFF);
  }
  if (!parts.masked) return out + parts.payload;
  const char mask[] = {0x11, 0x22, 0x33, 0x44};
  out.append(mask, 4);
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(parts.payload[i] ^ mask[i % 4]);
  return out;
}

inline std::string ws_close(unsigned code, std::string_view reason = "") {
  std::string payload;
  payload += static_cast<char>(code >> 8);
  payload += static_cast<char>(code & 0xFF);
  return ws_frame({.opcode = kClose, .payload = payload + std::string(reason)});
}

inline std::string ws_handshake(std::string_view path, std::string_view extra = "",
                                std::string_view version = "13",
                                std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==") {
  std::string out = "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n";
  out += "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  if (!version.empty()) out += "Sec-WebSocket-Version: " + std::string(version) + "\r\n";
  if (!key.empty()) out += "Sec-WebSocket-Key: " + std::string(key) + "\r\n";
  return out + std::string(extra) + "\r\n";
}

struct ReadFrame {
  unsigned opcode = 0;  // 0: the connection ended
  std::string payload;
  unsigned close_code() const {
    if (opcode != kClose || payload.size() < 2) return 0;
    return static_cast<unsigned char>(payload[0]) * 256u + static_cast<unsigned char>(payload[1]);
  }
};

class WsClient {
 public:
  explicit WsClient(const RunningServer& running, std::string_view path = "/ws",
                    int receive_buffer_bytes = 0)
      : raw(running.client(receive_buffer_bytes)) {
    raw.send(ws_handshake(path));
    handshake = raw.read_answer(false);
    EXPECT_EQ(status_of(handshake), 101) << handshake;
  }
  ReadFrame read() {
    const auto head = raw.read_bytes(2);
    if (head.size() < 2) return {};
    std::size_t size = static_cast<unsigned char>(head[1]) & 0x7F;
    const int longer = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (longer > 0) {
      size = 0;
      for (const char c : raw.read_bytes(static_cast<std::size_t>(longer))) {
        size = size << 8 | static_cast<unsigned char>(c);
      }
    }
    return {.opcode = static_cast<unsigned char>(head[0]) & 0x0Fu, .payload = raw.read_bytes(size)};
  }
  // The code of the close that comes, over whatever comes before it; 0 when none came.
  unsigned read_close() {
    for (;;) {
      const auto frame = read();
      if (frame.opcode == 0) return 0;
      if (frame.opcode == kClose) return frame.close_code();
    }
  }
  RawClient raw;
  std::string handshake;
};

}  // namespace parley::gateway::http
