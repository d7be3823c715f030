// A customer is erased from a running gateway: 200 words planted by every door there is are looked
// for afterwards in the raw bytes of the store, of backups from before and after, of the key ring
// and the log, and in what those backups can still be made into.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>

#include "base/json_writer.hpp"
#include "gateway/runtime/log.hpp"
#include "storage/sealed_backup.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLeaves = 4'711, kStays = 4'712;
constexpr int kMessages = 75;

class Planted {
 public:
  explicit Planted(std::string who) : who_(std::move(who)) {}
  std::string word(const std::string& where) {
    words_.emplace_back("canary" + std::to_string(1'000 + words_.size()) + who_, where);
    return words_.back().first;
  }
  std::size_t size() const { return words_.size(); }
  std::vector<std::string> found_below(const std::string& directory) const {
    std::vector<std::string> out;
    for (const auto& file : fs::recursive_directory_iterator(directory)) {
      if (!file.is_regular_file()) continue;
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      for (const auto& [word, where] : words_) {
        if (bytes.find(word) != bytes.npos) {
          out.push_back(where + " in " + file.path().filename().string());
        }
      }
    }
    return out;
  }

  std::size_t count_in(const std::string& text) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        words_, [&](const auto& each) { return text.find(each.first) != text.npos; }));
  }

 private:
  const std::string who_;
  std::vector<std::pair<std::string, std::string>> words_;
};

std::string text_body(const std::string& text) {
  return R"("content":[{"type":"text","text":)" + json_quote(text) + "}]";
}

Answer platform_answer(const Asked& asked) {
  static std::atomic<int> next{1};
  if (asked.body.find("refuse") != std::string::npos) {  // for good: a dead letter
    return {400, R"({"ok":false,"error_code":400,"description":"Bad Request: no"})", {}};
  }
  return {200, R"({"ok":true,"result":{"message_id":)" + std::to_string(++next) + "}}", {}};
}

void plant(World& world, std::int64_t user, Planted& planted) {
  const auto conversation = World::conversation_of_telegram("shop", user);
  const auto person = "per_" + conversation.substr(4);
  for (int i = 0; i < kMessages; ++i) {
    ASSERT_EQ(world
                  .telegram("shop", user * 1'000 + i, user,
                            "what about " + planted.word("a message") + " refund?")
                  .status,
              200);
    const auto note =
        world.api("shop-admin", "POST", "/v1/conversations/" + conversation + "/notes",
                  R"({"text":")" + planted.word("a note") + "\"}");
    ASSERT_EQ(note.status / 100, 2) << note.body;
  }
  for (int i = 0; i < 20; ++i) {
    const auto changed = world.api("shop-admin", "PATCH", "/v1/persons/" + person,
                                   R"({"display_name":")" + planted.word("a display name") +
                                       R"(","attributes":{"k)" + std::to_string(i) + R"(":")" +
                                       planted.word("a profile attribute") + "\"}}");
    ASSERT_EQ(changed.status, 200) << changed.body;
    const bool fails = i % 4 == 0;
    const auto said =
        world.api("shop-admin", "POST", "/v1/messages",
                  R"({"to":{"person":")" + person + "\"}," +
                      text_body((fails ? "refuse " : "news ") + planted.word("a send")) + "}",
                  {{"idempotency-key", "key-" + std::to_string(user) + "-" + std::to_string(i)}});
    ASSERT_EQ(said.status / 100, 2) << said.body;
  }
  ASSERT_EQ(world
                .telegram("shop", user * 1'000 + 900, user,
                          "this is terrible " + planted.word("what led to the queue"))
                .status,
            200);
}

// How many of the words can be read out of a backup under the ring as it is now.
std::size_t readable(const World& world, const std::string& backup, const Planted& planted) {
  const auto ring =
      storage::KeyRing::open(world.directory() + "/ring", storage::KeyRing::Missing::refuse);
  EXPECT_TRUE(ring) << ring.error().detail;
  std::string all;
  const auto read = storage::read_sealed_backup(world.directory() + "/" + backup, **ring,
                                                [&](auto, auto name, auto bytes) -> Result<void> {
                                                  all.append(name).append(bytes);
                                                  return {};
                                                });
  EXPECT_TRUE(read) << read.error().detail;
  return planted.count_in(all);
}

// And what it is made into.
void restored(const World& world, const std::string& backup) {
  const auto to = world.directory() + "/back-from-" + backup;
  const auto report = storage::restore_rocks_store({.path = to}, world.directory() + "/ring",
                                                   world.directory() + "/" + backup);
  EXPECT_TRUE(report) << report.error().detail;
  const auto sound = storage::verify_rocks_store(to);
  EXPECT_TRUE(sound) << sound.error().detail;
  EXPECT_EQ(sound->problems, std::vector<std::string>{}) << "numbers and audit chain";
}

TEST(Erasure, TwoHundredCanariesAreGoneFromEveryFile) {
  LittleServer platform(platform_answer);
  World world({{.id = "shop", .platform_port = platform.port()}});
  gateway::start_logging({.level = gateway::LogLevel::debug, .file = world.directory() + "/log"});
  Planted gone("leaves"), kept("stays");
  plant(world, kLeaves, gone);
  plant(world, kStays, kept);
  ASSERT_GE(gone.size(), 200u);
  const auto conversation = World::conversation_of_telegram("shop", kLeaves);
  const auto person = "per_" + conversation.substr(4);
  ASSERT_TRUE(World::eventually([&] {
    return world.api("shop-admin", "GET", "/v1/dead-letters?limit=200").body.find(person) !=
           std::string::npos;
  }));
  const auto exported = world.api("shop-admin", "GET", "/v1/persons/" + person + "/export");
  EXPECT_EQ(exported.status, 200);
  ASSERT_FALSE(gone.found_below(world.directory() + "/data").empty());
  ASSERT_TRUE(world.running().backup_blocking(world.directory() + "/before"));
  EXPECT_EQ(gone.found_below(world.directory() + "/before"), std::vector<std::string>{});
  ASSERT_GE(readable(world, "before", gone), 150u) << "or there would be nothing to lose";

  const auto erased = world.api("shop-admin", "DELETE", "/v1/persons/" + person);
  ASSERT_EQ(erased.status, 200) << erased.body;
  EXPECT_EQ(gone.found_below(world.directory()), std::vector<std::string>{});
  ASSERT_TRUE(world.running().backup_blocking(world.directory() + "/after"));
  for (const std::string backup : {"before", "after"}) {
    EXPECT_EQ(readable(world, backup, gone), 0u) << backup;
    EXPECT_GE(readable(world, backup, kept), 150u) << backup << ": the neighbour's";
    restored(world, backup);
  }
  EXPECT_EQ(gone.found_below(world.directory()), std::vector<std::string>{});
  EXPECT_FALSE(kept.found_below(world.directory() + "/data").empty()) << "the neighbour's";
  const auto events = world.events("shop-admin", conversation);
  ASSERT_FALSE(events.empty()) << "the log is there, without words";
  EXPECT_EQ(count_containing(events, "canary"), 0u);

  world.restart();
  gateway::stop_logging();  // what is queued is written
  EXPECT_EQ(gone.found_below(world.directory()), std::vector<std::string>{});
  EXPECT_EQ(world.telegram("shop", 99, kLeaves, "hello again").status, 200);
  EXPECT_EQ(world.api("shop-admin", "GET", "/v1/persons/" + person).status, 200);
}

}  // namespace
}  // namespace parley::test
