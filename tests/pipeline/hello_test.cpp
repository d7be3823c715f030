// A customer's first frame, and the id of any: whatever a stranger's socket says.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

#include "gateway/chat/chat.hpp"

namespace parley::gateway {
namespace {

TEST(ParseHello, WhatAClientMaySay) {
  struct Case {
    std::string json, token, user_token, user, user_hash;
    std::optional<std::uint64_t> last_seq;
  };
  const Case cases[] = {
      {"", "", "", "", "", {}},
      {"{}", "", "", "", "", {}},
      {R"({"type":"hello"})", "", "", "", "", {}},
      {R"({"type":"hello","token":"t"})", "t", "", "", "", {}},
      {R"({"user_token":"u","user":"42","user_hash":"h"})", "", "u", "42", "h", {}},
      {R"({"last_seq":0})", "", "", "", "", 0},
      {R"({"last_seq":18446744073709551615})", "", "", "", "", UINT64_MAX},
      {R"({"token":"t","later":{"a":[1,2]},"last_seq":7})", "t", "", "", "", 7},
      {R"({"user":"用户"})", "", "", "用户", "", {}},
  };
  for (const auto& one : cases) {
    const auto hello = parse_hello(one.json);
    ASSERT_TRUE(hello) << one.json << ": " << hello.error().detail;
    EXPECT_EQ(hello->hello.token, one.token) << one.json;
    EXPECT_EQ(hello->hello.user_token, one.user_token) << one.json;
    EXPECT_EQ(hello->hello.user, one.user) << one.json;
    EXPECT_EQ(hello->hello.user_hash, one.user_hash) << one.json;
    EXPECT_EQ(hello->last_seq, one.last_seq) << one.json;
  }
}

TEST(ParseHello, AnythingElseIsMalformedAndNothingOfItIsQuoted) {
  std::string deep;
  for (int i = 0; i < 3'000; ++i) deep += "{\"a\":";
  const std::string cases[] = {
      "null",
      "[]",
      "x",
      "{",
      R"({"token":1})",
      R"({"token":["SECRET"]})",
      R"({"user_token":{}})",
      R"({"user":true})",
      R"({"user_hash":1.5})",
      R"({"last_seq":"7"})",
      R"({"last_seq":-1})",
      R"({"last_seq":1.5})",
      R"({"last_seq":18446744073709551616})",
      R"({"last_seq":null})",
      "{\"token\":\"SECRET\xff\"}",
      R"({"token":"SECRET","last_seq":[]})",
      R"({"token":"SECRET)" + std::string(17'000, 'x') + "\"}",
      deep,
  };
  for (const auto& json : cases) {
    const auto hello = parse_hello(json);
    ASSERT_FALSE(hello) << json.substr(0, 100);
    EXPECT_EQ(hello.error().code, Errc::malformed) << json.substr(0, 100);
    EXPECT_EQ(hello.error().detail.find("SECRET"), std::string::npos) << hello.error().detail;
  }
}

TEST(FrameId, IsWhatTheAckRepeats) {
  EXPECT_EQ(frame_id(R"({"type":"message","id":"c1"})"), "c1");
  for (const std::string json :
       {"", "[]", "x", "{}", R"({"id":1})", R"({"id":null})", "{\"id\":"}) {
    EXPECT_EQ(frame_id(json), "") << json;
  }
}

// A browser ends a socket that is sent anything but UTF-8.
TEST(FrameId, ALongOneIsCutBetweenCharacters) {
  for (std::size_t lead = 0; lead < 4; ++lead) {
    std::string id(lead, 'a');
    for (int i = 0; i < 40; ++i) id += "图";
    const auto cut = frame_id(R"({"id":")" + id + "\"}");
    EXPECT_LE(cut.size(), 64u);
    EXPECT_GT(cut.size(), 60u);
    EXPECT_TRUE(simdjson::validate_utf8(cut.data(), cut.size())) << lead;
  }
}

}  // namespace
}  // namespace parley::gateway
