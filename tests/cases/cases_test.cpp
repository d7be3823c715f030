// The project's own connector cases, and the runner's honesty: a case that is wrong must fail, and
// say what differs.
#include "gateway/cli/cases/cases.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "connectors/registry.hpp"

namespace parley::gateway::cli {
namespace {

namespace fs = std::filesystem;

const std::string kOwnCases = std::string(PARLEY_SOURCE_DIR) + "/tests/cases";

std::string run(const std::vector<std::string>& paths, int& status,
                const std::string& platform = {}) {
  std::ostringstream out;
  status = run_cases(paths, platform, out);
  return out.str();
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class TempDir {
 public:
  TempDir() {
    std::string pattern = (fs::temp_directory_path() / "parley_cases_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempDir() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = path_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(OwnCases, AllPass) {
  int status = -1;
  const auto out = run({kOwnCases}, status);
  EXPECT_EQ(status, 0) << out;
  for (const auto& entry : connectors::builtin_registry().entries()) {
    const std::string platform(entry.connector->platform());
    EXPECT_NE(out.find(platform + ": "), std::string::npos) << platform << '\n' << out;
  }
  EXPECT_EQ(out.find("not compared"), std::string::npos) << out;
}

// What is wrong with a webhook in ways every platform's can be. A case says which by its
// `category`.
constexpr std::string_view kCategories[] = {"bad_signature", "malformed", "unknown", "batch",
                                            "duplicate"};
constexpr std::size_t kCasesMin = 8;

// "platform category: why it has none" a line.
std::map<std::string, std::string> not_applicable() {
  std::map<std::string, std::string> out;
  std::istringstream lines(read(kOwnCases + "/not_applicable.txt"));
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(": ");
    if (colon != std::string::npos) out[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return out;
}

// The first value of a member whose name stands once, or first, in the file.
std::string member(const std::string& text, const std::string& name) {
  const std::string key = '"' + name + "\": \"";
  const auto at = text.find(key);
  if (at == std::string::npos) return {};
  const auto start = at + key.size();
  return text.substr(start, text.find('"', start) - start);
}

TEST(OwnCases, CoverEachKindOnEachPlatform) {
  std::map<std::string, std::map<std::string, int>> counted;
  for (const auto& file : fs::directory_iterator(kOwnCases)) {
    if (file.path().extension() != ".json") continue;
    const std::string text = read(file.path().string());
    auto& of = counted[member(text, "channel")];
    ++of["all"];
    ++of[member(text, "category")];
  }
  const auto excused = not_applicable();
  for (const auto& entry : connectors::builtin_registry().entries()) {
    const std::string platform(entry.connector->platform());
    EXPECT_GE(counted[platform]["all"], static_cast<int>(kCasesMin)) << platform;
    for (const auto category : kCategories) {
      const std::string kind(category);
      const bool needed = !excused.contains(platform + " " + kind);
      EXPECT_EQ(counted[platform][kind] > 0, needed)
          << "tests/cases/" << platform << "__*.json with \"category\": \"" << kind << '"'
          << (needed ? "" : ": there is one, take it out of not_applicable.txt");
    }
  }
}

// A good case with one piece of text changed, and what the runner must complain of.
struct SpoiledCase {
  const char* name;
  const char* file;
  const char* from;
  const char* to;
  const char* complains_of;
};
void PrintTo(const SpoiledCase& c, std::ostream* out) { *out << c.name; }

const SpoiledCase kSpoiled[] = {
    {"Text", "telegram__text", "\"text\": \"Hello\"", "\"text\": \"Bye\"", "messages[0].text"},
    {"Sender", "telegram__text", "\"sender_id\": \"42\"", "\"sender_id\": \"43\"", "sender_id"},
    {"Time", "telegram__text", "1700000000000", "1700000000001", "timestamp_ms"},
    {"Key", "telegram__text", "\"update:9\"", "\"update:10\"", "dedupe_key"},
    {"KeyInAHeader", "douyin__text", "\"header Msg-Id\"", "\"header Host\"", "dedupe_key"},
    {"Conversation", "douyin__text", "\"conversation_id\": \"@c1==\"",
     "\"conversation_id\": \"@c2==\"", "conversation_id"},
    {"Outcome", "telegram__text", "\"outcome\": \"message\"", "\"outcome\": \"ignore\"", "outcome"},
    {"Status", "telegram__text", "[200]", "[204]", "http_status"},
    {"NumberOfMessages", "telegram__ignored_update", "\"messages\": []", "\"messages\": [{}]",
     "messages"},
    {"RequestField", "telegram__send_text", "\"chat_id\": [\"42\"]", "\"chat_id\": [\"43\"]",
     "chat_id"},
    {"ExtraField", "telegram__send_text", "    \"text\": [\"Hello *you*\"],\n", "", "field text"},
    {"Path", "telegram__send_text", "TOKEN/sendMessage\",", "TOKEN/sendPhoto\",", "path"},
    {"Ids", "telegram__send_text", "\"external_ids\": [\"133\"]", "\"external_ids\": []",
     "external_ids"},
    {"Result", "telegram__send_blocked", "recipient_opted_out", "retry", "result"},
    {"ErrorCode", "telegram__send_blocked", "\"error_code\": \"403\"", "\"error_code\": \"404\"",
     "error_code"},
    {"JsonInsideJson", "feishu__send_text", "\"{\\\"text\\\": \\\"您好", "\"{\\\"text\\\": \\\"您",
     "request 1 JSON"},
    {"TooFewRequests", "telegram__send_text", "\"*/bot7001", "\"x/bot7001", "script"},
    {"ResponseBody", "custom__message", "accepted", "rejected", "response body"},
    {"PulledText", "wecom_kf__text", "\"text\": \"你好\"", "\"text\": \"再见\"",
     "messages[0].text"},
    {"PulledCursor", "wecom_kf__text", "\"saved_cursor\": \"c1\"", "\"saved_cursor\": \"c2\"",
     "saved_cursor"},
    {"PulledWithoutTheBell", "wecom_kf__text", "\"token\": \"BELL\"", "\"token\": \"RING\"",
     "pull"},
    {"PulledTooOften", "wecom_kf__text", "\"has_more\": 0", "\"has_more\": 1", "beyond the mocks"},
    {"Unnamed", "telegram__text", "\"channel\": \"telegram\"", "\"chanel\": \"telegram\"",
     "`channel` is missing"},
    {"NotJson", "telegram__text", "{", "", "not JSON"},
};

class Spoiled : public testing::TestWithParam<SpoiledCase> {};

TEST_P(Spoiled, Fails) {
  const auto& c = GetParam();
  std::string text = read(kOwnCases + "/" + c.file + ".json");
  const auto at = text.find(c.from);
  ASSERT_NE(at, std::string::npos) << "the case no longer holds " << c.from;
  text.replace(at, std::string(c.from).size(), c.to);
  const TempDir dir;
  const auto path = dir.write(std::string(c.file) + ".json", text);
  int status = -1;
  const auto out = run({path}, status);
  EXPECT_EQ(status, 1) << out;
  EXPECT_NE(out.find("FAIL "), std::string::npos) << out;
  EXPECT_NE(out.find(c.complains_of), std::string::npos) << out;
  EXPECT_NE(out.find("0 passed, 1 failed"), std::string::npos) << out;
}
INSTANTIATE_TEST_SUITE_P(Table, Spoiled, testing::ValuesIn(kSpoiled),
                         [](const auto& test) { return test.param.name; });

TEST(Runner, CountsPlatformsItHasNoConnectorFor) {
  const TempDir dir;
  dir.write("pigeon__a.json", R"({"channel":"pigeon","request":{},"expected":{}})");
  dir.write("telegram__a.json", read(kOwnCases + "/telegram__text.json"));
  int status = -1;
  auto out = run({dir.path()}, status);
  EXPECT_EQ(status, 0) << out;
  EXPECT_NE(out.find("not supported: 1"), std::string::npos) << out;
  out = run({dir.path()}, status, "pigeon");
  EXPECT_EQ(status, 1) << out;
  out = run({dir.path()}, status, "telegram");
  EXPECT_EQ(status, 0) << out;
  EXPECT_NE(out.find("telegram: 1 passed, 0 failed"), std::string::npos) << out;
}

TEST(Runner, NothingRunIsNotSuccess) {
  const TempDir dir;
  int status = -1;
  run({dir.path()}, status);
  EXPECT_EQ(status, 1);
  run({dir.path() + "/nowhere"}, status);
  EXPECT_EQ(status, 1);
}

TEST(Runner, NamesWhatItCannotCompare) {
  std::string text = read(kOwnCases + "/telegram__text.json");
  const std::string field = "\"sender_id\": \"42\"";
  text.replace(text.find(field), field.size(), field + ", \"aura\": \"blue\"");
  const TempDir dir;
  int status = -1;
  const auto out = run({dir.write("telegram__text.json", text)}, status);
  EXPECT_EQ(status, 0);
  EXPECT_NE(out.find("not compared: aura (1)"), std::string::npos) << out;
}

}  // namespace
}  // namespace parley::gateway::cli
