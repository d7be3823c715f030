#include "gateway/runtime/log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <simdjson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "gateway/runtime/log_line.hpp"

namespace parley::gateway {
namespace {

static_assert(!std::is_constructible_v<LogField, std::string_view, const Secret&>,
              "a Secret must not be loggable");

struct QuoteCase {
  const char* name;
  std::string text;
  std::string want;
};
void PrintTo(const QuoteCase& row, std::ostream* out) { *out << row.name; }

class LogQuote : public testing::TestWithParam<QuoteCase> {};
TEST_P(LogQuote, EscapesWhatATerminalOrAParserWouldObey) {
  EXPECT_EQ(quote_for_log(GetParam().text), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, LogQuote,
    testing::Values(QuoteCase{"Plain", "hello", "\"hello\""},
                    QuoteCase{"Newline", "a\nb", "\"a\\u000ab\""},
                    QuoteCase{"Ansi", "\x1b[31mred", "\"\\u001b[31mred\""},
                    QuoteCase{"Quote", "say \"x\" \\", "\"say \\\"x\\\" \\\\\""},
                    QuoteCase{"Nul", std::string("a\0b", 3), "\"a\\u0000b\""},
                    QuoteCase{"Delete", "a\x7f", "\"a\\u007f\""},
                    QuoteCase{"C1", "a\xc2\x9b", "\"a\\u009b\""},
                    QuoteCase{"LineSeparator",
                              "a\xe2\x80\xa8"
                              "b",
                              "\"a\\u2028b\""},
                    QuoteCase{"ParagraphSeparator", "\xe2\x80\xa9", "\"\\u2029\""},
                    QuoteCase{"BidiOverride",
                              "\xe2\x80\xae"
                              "x",
                              "\"\\u202ex\""},
                    QuoteCase{"Chinese", "\xe4\xbd\xa0", "\"\xe4\xbd\xa0\""},
                    QuoteCase{"Emoji", "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\""},
                    QuoteCase{"LoneContinuation",
                              "a\x80"
                              "b",
                              "\"a\\ufffdb\""},
                    QuoteCase{"Overlong", "\xc0\xaf", "\"\\ufffd\\ufffd\""},
                    QuoteCase{"Surrogate", "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},
                    QuoteCase{"Cut", "\xe4\xbd", "\"\\ufffd\\ufffd\""}),
    [](const auto& row) { return row.param.name; });

TEST(LogLine, AnyBytesInAnyFieldGiveOneLineThatParses) {
  constexpr unsigned kSeed = 20260820;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937 random(kSeed);
  simdjson::dom::parser parser;
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    const auto length = random() % 64;
    for (std::size_t i = 0; i < length; ++i) text += static_cast<char>(random() & 0xFF);
    const std::vector<LogField> fields{{"text", text}, {"n", round}, {"on", true}, {"x", 0.5}};
    const auto line = log_line(TimePoint{}, LogLevel::warn, text, fields);
    EXPECT_EQ(line.find_first_of("\r\n\x1b"), std::string::npos);
    simdjson::dom::element parsed;
    ASSERT_EQ(parser.parse(line).get(parsed), simdjson::SUCCESS) << line;
    EXPECT_EQ(parsed["n"].get_int64().value_unsafe(), round);
  }
}

TEST(LogLine, HasTimeLevelEventThenFields) {
  const std::vector<LogField> fields{{"core", 3}, {"ok", false}};
  EXPECT_EQ(log_line(TimePoint{Milliseconds{1'500}}, LogLevel::error, "it_broke", fields),
            R"({"time":"1970-01-01T00:00:01.500Z","level":"error","event":"it_broke","core":3,)"
            R"("ok":false})");
}

TEST(LogLine, ALongFieldIsCutAndMarked) {
  const auto quoted = quote_for_log(std::string(100'000, 'x'));
  EXPECT_EQ(quoted.size(), kLogFieldBytesMax + 5);
  EXPECT_TRUE(quoted.ends_with("x...\""));
}

class LogToFile : public testing::Test {
 protected:
  LogToFile() {
    std::string pattern = testing::TempDir() + "parley_log_XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
  }
  ~LogToFile() override {
    stop_logging();
    std::filesystem::remove_all(folder_);
  }
  std::vector<std::string> lines(const std::string& path) const {
    std::ifstream in(path);
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  std::string folder_;
};

TEST_F(LogToFile, WritesEachLineOnceAtOrAboveTheLevel) {
  const auto path = folder_ + "/log";
  start_logging({.level = LogLevel::info, .file = path, .queue_max = 64});
  log(LogLevel::debug, "too_quiet");
  log(LogLevel::info, "first", {{"who", "a\nb"}});
  log(LogLevel::error, "second");
  stop_logging();
  log(LogLevel::error, "after_the_end");
  const auto got = lines(path);
  ASSERT_EQ(got.size(), 2u);
  simdjson::dom::parser parser;
  simdjson::dom::element parsed;
  ASSERT_EQ(parser.parse(got[0]).get(parsed), simdjson::SUCCESS);
  EXPECT_EQ(parsed["event"].get_string().value_unsafe(), "first");
  EXPECT_EQ(parsed["who"].get_string().value_unsafe(), "a\nb");
}

TEST_F(LogToFile, ABlockedSinkDropsAndCountsAndDoesNotStopTheCaller) {
  // A pipe that nobody reads: its writer stops after 64 KiB, the callers must not.
  const auto path = folder_ + "/pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  const auto before = dropped_log_lines();
  start_logging({.level = LogLevel::info, .file = path, .queue_max = 16});
  const std::string text(1'000, 'x');
  for (int i = 0; i < 1'000; ++i) log(LogLevel::info, "flood", {{"text", text}});
  EXPECT_GT(dropped_log_lines(), before + 500);
  // Closing the reader fails the stuck write, which lets the writer's thread end.
  signal(SIGPIPE, SIG_IGN);
  close(reader);
  stop_logging();
}

TEST_F(LogToFile, ABlockedSinkDoesNotHoldUpTheEnd) {
  const auto path = folder_ + "/pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  start_logging({.level = LogLevel::info, .file = path, .queue_max = 16});
  const std::string text(1'000, 'x');
  for (int i = 0; i < 200; ++i) log(LogLevel::info, "flood", {{"text", text}});
  stop_logging();  // returns although nobody has read
  signal(SIGPIPE, SIG_IGN);
  close(reader);
}

TEST_F(LogToFile, AFileThatCannotBeOpenedIsAnErrorAtStart) {
  std::ofstream(folder_ + "/file") << "not a folder";
  EXPECT_THROW(start_logging({.level = LogLevel::info, .file = folder_ + "/file/log"}),
               std::exception);
}

}  // namespace
}  // namespace parley::gateway
