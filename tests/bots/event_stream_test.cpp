// Server-sent events, cut anywhere.
#include "bots/event_stream.hpp"

#include <gtest/gtest.h>

namespace parley::bots {
namespace {

std::string read(std::string_view bytes, std::size_t step) {
  EventStream stream;
  std::string out;
  const auto take = [&](std::string_view name, std::string_view data) -> Result<void> {
    out += std::string(name) + "=" + std::string(data) + "|";
    return {};
  };
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (!stream.feed(bytes.substr(at, step), take)) return "refused";
  }
  if (!stream.finish(take)) return "refused";
  return out;
}

TEST(EventStream, EveryCutGivesTheSameEvents) {
  const std::string bytes =
      "\xEF\xBB\xBF: a comment\n\ndata: one\n\nevent: named\r\ndata: two\r\n\r\ndata:three\rdata: 3"
      "\r\revent: nothing\n\nid: 7\nretry: 10\nunknown\ndata\n\ndata: 最后";
  const std::string want = "=one|named=two|=three\n3|=|=最后|";
  for (std::size_t step = 1; step <= bytes.size(); ++step) EXPECT_EQ(read(bytes, step), want);
}

TEST(EventStream, HasLimits) {
  EXPECT_EQ(read("data: " + std::string(EventStream::kLineBytesMax, 'x'), 4'096), "refused");
  std::string many;
  for (int i = 0; i < 3; ++i) many += "data: " + std::string(60'000, 'x') + "\n";
  EXPECT_EQ(read(many + "\n", 4'096), "refused");
  std::string events;
  for (std::size_t i = 0; i <= EventStream::kEventsMax; ++i) events += "data:\n\n";
  EXPECT_EQ(read(events, 4'096), "refused");
  EXPECT_EQ(read(std::string(EventStream::kStreamBytesMax + 1, '\n'), 65'536), "refused");
}

TEST(EventStream, AnErrorOfTheReaderEndsIt) {
  EventStream stream;
  int seen = 0;
  const auto refuse = [&](auto, auto) -> Result<void> {
    ++seen;
    return Error{.code = Errc::rejected};
  };
  EXPECT_EQ(stream.feed("data: a\n\ndata: b\n\n", refuse).error().code, Errc::rejected);
  EXPECT_FALSE(stream.feed("data: c\n\n", refuse));
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace parley::bots
