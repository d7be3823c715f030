// RFC 6455 frame by frame, after the groups of the Autobahn suite: framing, pings, reserved bits,
// opcodes, fragmentation, UTF-8 cut everywhere, close handling. Cases are generated from tables;
// each has a connection of its own and one right outcome: these texts come back, or this close
// code.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/http/ws_client.hpp"

namespace parley::gateway::http {
namespace {

struct FrameCase {
  std::string name;
  std::string bytes;
  std::vector<std::string> texts = {};  // that come back before the end
  std::vector<std::string> pongs = {};
  unsigned close = 0;  // 0: it stays open; then a text is sent and must come back
};

std::string frame(unsigned opcode, std::string payload, bool fin = true) {
  return ws_frame({.opcode = opcode, .payload = std::move(payload), .fin = fin});
}

// 1: payload lengths around every width of the length field.
void add_lengths(std::vector<FrameCase>& all) {
  for (const std::size_t size : std::initializer_list<std::size_t>{
           0,   1,     2,     124,    125,    126,    127,    128,    253,    254,   255,
           256, 4'095, 4'096, 16'383, 16'384, 32'767, 32'768, 65'534, 65'535, 65'536}) {
    const std::string text(size, '*');
    all.push_back({"text of " + std::to_string(size), frame(kText, text), {text}});
    if (size > 1) {
      const auto half = size / 2;
      all.push_back({"fragments of " + std::to_string(size),
                     frame(kText, text.substr(0, half), false) + frame(0, text.substr(half)),
                     {text}});
    }
  }
  all.push_back({"one past the limit", frame(kText, std::string(65'537, 'x')), {}, {}, 1009});
}

// 2: pings and pongs.
void add_pings(std::vector<FrameCase>& all) {
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 2, 64, 124, 125}) {
    const std::string body(size, 'p');
    all.push_back({"ping of " + std::to_string(size), frame(kPing, body), {}, {body}});
    all.push_back({"pong nobody asked for, of " + std::to_string(size), frame(kPong, body)});
  }
  const std::string every_byte = [] {
    std::string out;
    for (int i = 0; i < 125; ++i) out += static_cast<char>(i * 2 + 1);
    return out;
  }();
  all.push_back({"ping of bytes that are no text", frame(kPing, every_byte), {}, {every_byte}});
  for (const std::size_t size : std::initializer_list<std::size_t>{126, 127, 200, 65'536}) {
    for (const unsigned opcode : {kPing, kPong, kClose}) {
      all.push_back({"control " + std::to_string(opcode) + " of " + std::to_string(size),
                     frame(opcode, std::string(size, 'x')),
                     {},
                     {},
                     1002});
    }
  }
  for (const unsigned opcode : {kPing, kPong, kClose}) {
    all.push_back({"control in fragments " + std::to_string(opcode),
                   frame(opcode, "ab", false) + frame(0, "c"),
                   {},
                   {},
                   1002});
  }
}

// 3: reserved bits, alone and together, on every opcode that is known.
void add_reserved_bits(std::vector<FrameCase>& all) {
  for (unsigned rsv = 1; rsv < 8; ++rsv) {
    for (const unsigned opcode : {0u, kText, kBinary, kClose, kPing, kPong}) {
      all.push_back({"reserved " + std::to_string(rsv) + " on " + std::to_string(opcode),
                     ws_frame({.opcode = opcode, .rsv = rsv}),
                     {},
                     {},
                     1002});
    }
  }
}

// 4: opcodes nobody has defined, with and without payload, alone and after a good message.
void add_opcodes(std::vector<FrameCase>& all) {
  for (const unsigned opcode : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u}) {
    const auto name = std::to_string(opcode);
    all.push_back({"opcode " + name, frame(opcode, ""), {}, {}, 1002});
    all.push_back({"opcode with payload " + name, frame(opcode, "x"), {}, {}, 1002});
    all.push_back({"opcode in a message " + name,
                   frame(kText, "a", false) + frame(opcode, "x") + frame(0, "b"),
                   {},
                   {},
                   1002});
  }
}

// 5: fragmentation, with control frames between.
void add_fragments(std::vector<FrameCase>& all) {
  all.push_back({"continuation first", frame(0, "x"), {}, {}, 1002});
  all.push_back({"continuation first, not the last", frame(0, "x", false), {}, {}, 1002});
  // Its echo may have gone before the close or not.
  all.push_back({"continuation after a whole message",
                 frame(kText, "still here") + frame(0, "b"),
                 {},
                 {},
                 1002});
  for (const unsigned opcode : {kText, kBinary}) {
    all.push_back({"a message in a message " + std::to_string(opcode),
                   frame(kText, "a", false) + frame(opcode, "b"),
                   {},
                   {},
                   1002});
  }
  for (int pieces = 2; pieces <= 8; ++pieces) {
    std::string bytes, text;
    for (int i = 0; i < pieces; ++i) {
      const std::string part(1, static_cast<char>('a' + i));
      bytes += frame(i == 0 ? kText : 0u, part, i + 1 == pieces);
      text += part;
    }
    all.push_back({"pieces " + std::to_string(pieces), bytes, {text}});
  }
  for (int at = 1; at <= 3; ++at) {  // a ping after each of the first three of four pieces
    std::string bytes;
    for (int i = 0; i < 4; ++i) {
      bytes += frame(i == 0 ? kText : 0u, "z", i == 3);
      if (i + 1 == at) bytes += frame(kPing, "between");
    }
    all.push_back({"ping after piece " + std::to_string(at), bytes, {"zzzz"}, {"between"}});
  }
  all.push_back(
      {"empty pieces", frame(kText, "", false) + frame(0, "", false) + frame(0, ""), {""}});
  all.push_back({"empty pieces around a text",
                 frame(kText, "", false) + frame(0, "mid", false) + frame(0, ""),
                 {"mid"}});
  all.push_back(
      {"two messages in pieces",
       frame(kText, "a", false) + frame(0, "b") + frame(kText, "c", false) + frame(0, "d"),
       {"ab", "cd"}});
  all.push_back({"close in a message",
                 frame(kText, "a", false) + ws_close(1000) + frame(0, "b"),
                 {},
                 {},
                 1000});
}

// 6: UTF-8: each text whole, and cut into two fragments at every byte.
void add_utf8(std::vector<FrameCase>& all) {
  struct Text {
    const char* name;
    std::string bytes;
    bool good;
  };
  using namespace std::string_literals;
  const Text texts[] = {
      {"kosme", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", true},
      {"hello", "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc", true},
      {"nihao", "\xe4\xbd\xa0\xe5\xa5\xbd", true},
      {"emoji", "\xf0\x9f\x98\x80\xf0\x9f\x91\x8d", true},
      {"nul", "\0"s, true},
      {"first of 2", "\xc2\x80", true},
      {"first of 3", "\xe0\xa0\x80", true},
      {"first of 4", "\xf0\x90\x80\x80", true},
      {"last of 1", "\x7f", true},
      {"last of 2", "\xdf\xbf", true},
      {"last of 3", "\xef\xbf\xbf", true},
      {"last of all", "\xf4\x8f\xbf\xbf", true},
      {"before surrogates", "\xed\x9f\xbf", true},
      {"after surrogates", "\xee\x80\x80", true},
      {"replacement", "\xef\xbf\xbd", true},
      {"past unicode", "\xf4\x90\x80\x80", false},
      {"five bytes", "\xf8\x88\x80\x80\x80", false},
      {"six bytes", "\xfc\x84\x80\x80\x80\x80", false},
      {"lone continuation", "\x80", false},
      {"two continuations", "\x80\xbf", false},
      {"lead alone", "\xce ", false},
      {"lead of 3 alone", "\xe0\x80 ", false},
      {"cut of 3", "a\xe4\xbd", false},
      {"cut of 4", "a\xf0\x9f\x98", false},
      {"fe", "\xfe", false},
      {"ff", "\xff", false},
      {"overlong slash 2", "\xc0\xaf", false},
      {"overlong slash 3", "\xe0\x80\xaf", false},
      {"overlong slash 4", "\xf0\x80\x80\xaf", false},
      {"overlong nul", "\xc0\x80", false},
      {"high surrogate", "\xed\xa0\x80", false},
      {"low surrogate", "\xed\xbf\xbf", false},
      {"surrogate pair", "\xed\xa0\x80\xed\xb0\x80", false},
      {"bad in the middle", "ab\xffxy", false},
  };
  for (const auto& text : texts) {
    const auto add = [&](const std::string& name, std::string bytes) {
      FrameCase row{name, std::move(bytes)};
      if (text.good) row.texts = {text.bytes};
      if (!text.good) row.close = 1007;
      all.push_back(std::move(row));
    };
    add(text.name, frame(kText, text.bytes));
    for (std::size_t cut = 1; cut < text.bytes.size(); ++cut) {
      add(std::string(text.name) + " cut at " + std::to_string(cut),
          frame(kText, text.bytes.substr(0, cut), false) + frame(0, text.bytes.substr(cut)));
    }
  }
}

// 7: closing.
void add_closes(std::vector<FrameCase>& all) {
  const auto closes = [&](std::string name, std::string bytes, unsigned code) {
    all.push_back({std::move(name), std::move(bytes), {}, {}, code});
  };
  for (const unsigned code : {1000u, 1001u, 1002u, 1003u, 1007u, 1008u, 1009u, 1010u, 1011u, 3000u,
                              3999u, 4000u, 4999u}) {
    closes("close " + std::to_string(code), ws_close(code), code);
    closes("close with a reason " + std::to_string(code), ws_close(code, "because"), code);
  }
  for (const unsigned code :
       {0u, 1u, 500u, 999u, 1004u, 1005u, 1006u, 1016u, 1100u, 2000u, 2999u}) {
    closes("close of no meaning " + std::to_string(code), ws_close(code), 1002);
  }
  closes("close of one byte", frame(kClose, "x"), 1002);
  closes("close with the longest reason", ws_close(1000, std::string(123, 'r')), 1000);
  closes("close with a reason too long", ws_close(1000, std::string(124, 'r')), 1002);
  // 1007 would do as well; the standard leaves it open.
  closes("close with a reason that is no text", ws_close(1000, "\xff\xfe"), 1002);
  closes("close with half a character", ws_close(1000, "a\xe4\xbd"), 1002);
  closes("close, then a text", ws_close(1000) + frame(kText, "late"), 1000);
  closes("close, then a ping", ws_close(1000) + frame(kPing, "late"), 1000);
  closes("close twice", ws_close(1000) + ws_close(1001), 1000);
}

// 8: masks and lengths that are not written as they must be.
void add_headers(std::vector<FrameCase>& all) {
  for (const unsigned opcode : {0u, kText, kBinary, kClose, kPing, kPong}) {
    all.push_back({"no mask on " + std::to_string(opcode),
                   ws_frame({.opcode = opcode, .masked = false}),
                   {},
                   {},
                   1002});
  }
  const auto raw = [](std::initializer_list<unsigned> values) {
    std::string out;
    for (const unsigned value : values) out += static_cast<char>(value);
    return out + "\1\2\3\4" + std::string(200, '\1');
  };
  all.push_back({"0 in 16 bits", raw({0x81, 0xFE, 0, 0}), {}, {}, 1002});
  all.push_back({"125 in 16 bits", raw({0x81, 0xFE, 0, 125}), {}, {}, 1002});
  all.push_back({"0 in 64 bits", raw({0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0}), {}, {}, 1002});
  all.push_back({"126 in 64 bits", raw({0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 126}), {}, {}, 1002});
  all.push_back(
      {"65535 in 64 bits", raw({0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}), {}, {}, 1002});
  for (const unsigned top : {0x01u, 0x40u, 0x7Fu, 0x80u, 0xFFu}) {
    all.push_back({"a length of 2^56 times " + std::to_string(top),
                   raw({0x81, 0xFF, top, 0, 0, 0, 0, 0, 0, 0}),
                   {},
                   {},
                   1009});
  }
}

void run(const RunningServer& running, const FrameCase& row) {
  SCOPED_TRACE(row.name);
  WsClient client(running);
  client.raw.send(row.bytes);
  if (row.close == 0) client.raw.send(ws_frame({.payload = "still here"}));
  std::vector<std::string> texts, pongs;
  for (;;) {
    const auto got = client.read();
    if (got.opcode == kText && got.payload == "still here") {
      if (row.close == 0) break;  // it stayed open
      continue;
    }
    if (got.opcode == kText) {
      texts.push_back(got.payload);
    } else if (got.opcode == kPong) {
      pongs.push_back(got.payload);
    } else {
      EXPECT_EQ(got.close_code(), row.close);
      break;
    }
  }
  EXPECT_EQ(texts, row.texts);
  EXPECT_EQ(pongs, row.pongs);
}

TEST(WebSocketConformance, EveryCaseEndsAsTheStandardSays) {
  std::vector<FrameCase> all;
  add_lengths(all);
  add_pings(all);
  add_reserved_bits(all);
  add_opcodes(all);
  add_fragments(all);
  add_utf8(all);
  add_closes(all);
  add_headers(all);
  EXPECT_GE(all.size(), 250u);
  Limits limits;
  limits.ws_close_timeout = Milliseconds{100};
  RunningServer running(limits);
  for (const auto& row : all) run(running, row);
  std::cout << all.size() << " cases\n";
}

}  // namespace
}  // namespace parley::gateway::http
