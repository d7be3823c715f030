// From what an agent corrects to a model that knows better: over the API, the command line and a
// reload, and back again.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/crypto.hpp"
#include "connectors/stand_in.hpp"
#include "gateway/cli/commands.hpp"
#include "routing/text/tools.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKey = "shop-admin";
constexpr const char* kRows =
    "negative\t太差了\nneutral\t什么时候发货\npositive\t非常满意\n"
    "negative\tterrible service\nneutral\twhere is my order\npositive\tgreat service\n"
    "negative\t气死我了\nneutral\t怎么退货\npositive\t谢谢\n"
    "negative\t太差了吧\nneutral\t几点上班\npositive\t满意\n";

class Learning : public testing::Test {
 protected:
  Learning() : folder_(fs::temp_directory_path() / ("parley-learning-" + random_hex(6))) {
    fs::create_directory(folder_);
    std::ofstream(at("rows-cs.tsv")) << kRows;
    EXPECT_EQ(train({"sentiment", at("rows-cs.tsv"), "-o", at("base.plm"), "--min-count", "1",
                     "--epochs", "20", "--bins", "14"}),
              0)
        << said_;
    fs::copy_file(at("base.plm"), at("own.plm"));
    world_ = std::make_unique<World>(
        std::vector<TenantText>{{.extra = "[models]\nsentiment = \"" + at("own.plm") + "\"\n"}});
  }
  ~Learning() override { fs::remove_all(folder_); }

  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  int train(const std::vector<std::string>& args) {
    std::istringstream in;
    std::ostringstream out;
    const int status = routing::run_train(args, in, out, out);
    said_ = out.str();
    return status;
  }

  // The customer writes it; the id of the decision and what it was taken for.
  std::pair<std::string, std::string> says(std::int64_t user, const std::string& text) {
    EXPECT_EQ(world_->telegram("shop", ++update_, user, text).status, 200);
    const auto events = world_->events(kKey, World::conversation_of_telegram("shop", user));
    std::string id;
    for (const auto& event : events) {
      if (const auto found = connectors::json_at(event, "/decision/id"); !found.empty()) id = found;
    }
    const auto decision = world_->api(kKey, "GET", "/v1/decisions/" + id).body;
    return {id, connectors::json_at(decision, "/inputs/analysis/sentiment")};
  }

  void reload() {
    auto process = config::load_process(world_->directory() + "/parley.toml");
    ASSERT_TRUE(process) << process.error().detail;
    auto tenants = config::load_tenants(*process);
    ASSERT_TRUE(tenants) << tenants.error().detail;
    const auto done = world_->running().reload(*process, std::move(*tenants));
    ASSERT_TRUE(done) << done.error().detail;
  }

  fs::path folder_;
  std::unique_ptr<World> world_;
  std::string said_;
  std::int64_t update_ = 100;
};

TEST_F(Learning, GoesFromACorrectionToAnAdoptedModelAndBack) {
  EXPECT_NE(says(1, "凉凉").second, "positive") << "a word the model never heard";
  for (int i = 0; i < 60; ++i) {
    const bool praise = i % 2 == 0;
    const auto mark = std::string(1, static_cast<char>('a' + i % 26)) + std::to_string(i);
    const auto turn = says(100 + i, (praise ? "凉凉 " : "火火 ") + mark);
    const auto answer =
        world_->api(kKey, "POST", "/v1/decisions/" + turn.first + "/correction",
                    praise ? R"({"sentiment":"positive"})" : R"({"sentiment":"neutral"})");
    ASSERT_EQ(answer.status, 200) << answer.body;
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(world_->port());
  ASSERT_EQ(gateway::run_corrections(
                {.task = "sentiment", .out = at("own-cs.tsv"), .url = url, .key = kKey}),
            0);
  ASSERT_EQ(train({"sentiment", at("own-cs.tsv"), "--base", at("base.plm"), "--held-out", "0.3",
                   "-o", at("own.plm"), "--min-count", "1", "--epochs", "20", "--bins", "14"}),
            0)
      << said_;
  reload();
  EXPECT_EQ(says(2, "凉凉").second, "positive") << said_;
  EXPECT_EQ(says(3, "什么时候发货").second, "neutral") << "what it knew before it still knows";

  ASSERT_EQ(train({"--rollback", at("own.plm")}), 0) << said_;
  reload();
  EXPECT_NE(says(4, "凉凉").second, "positive");
}

TEST_F(Learning, AnExportOfAnotherTaskOrKeySaysSo) {
  const std::string url = "http://127.0.0.1:" + std::to_string(world_->port());
  ASSERT_EQ(
      gateway::run_corrections({.task = "intent", .out = at("none.tsv"), .url = url, .key = kKey}),
      0);
  EXPECT_EQ(fs::file_size(at("none.tsv")), 0u);
  testing::internal::CaptureStderr();
  EXPECT_EQ(gateway::run_corrections({.task = "intent", .url = url, .key = "wrong"}), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("401"), std::string::npos);
  EXPECT_EQ(gateway::run_corrections({.task = "intent", .url = url, .key = ""}), 2);
}

TEST_F(Learning, ABrokenModelNeverReplacesAGoodOne) {
  std::ofstream(at("own.plm"), std::ios::binary) << "no model";
  auto process = config::load_process(world_->directory() + "/parley.toml");
  const auto tenants = config::load_tenants(*process);
  ASSERT_FALSE(tenants);
  EXPECT_NE(tenants.error().detail.find("own.plm"), std::string::npos) << tenants.error().detail;
  EXPECT_NE(tenants.error().detail.find("parley train"), std::string::npos);
}

}  // namespace
}  // namespace parley::test
