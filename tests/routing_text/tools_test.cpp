#include "routing/text/tools.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/crypto.hpp"

namespace parley::routing {
namespace {

constexpr const char* kModel = PARLEY_SOURCE_DIR "/models/sentiment.plm";

class TextTools : public testing::Test {
 protected:
  TextTools()
      : folder_(std::filesystem::temp_directory_path() /
                ("parley_tools_" + to_hex(random_bytes(6)))) {
    std::filesystem::create_directory(folder_);
  }
  ~TextTools() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, std::string_view text) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::string path(const std::string& name) { return (folder_ / name).string(); }
  static std::string bytes_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  using Command = int (*)(const std::vector<std::string>&, std::istream&, std::ostream&,
                          std::ostream&);
  int run(Command command, const std::vector<std::string>& args, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out, err;
    const int status = command(args, in, out, err);
    out_ = out.str();
    err_ = err.str();
    return status;
  }

  std::filesystem::path folder_;
  std::string out_, err_;
};

constexpr std::string_view kRows =
    "negative\t太差了\nneutral\t什么时候发货\npositive\t非常满意\n"
    "negative\tterrible service\nneutral\twhere is my order\npositive\tgreat service\n"
    "negative\t@@social 气死我了\nneutral\t怎么退货\npositive\t谢谢\n"
    "negative\t太差了吧\nneutral\t几点上班\npositive\t满意\n";

TEST_F(TextTools, TrainTwiceGivesTheSameBytesAndClassifyReadsThem) {
  const std::string rows = file("rows-cs.tsv", kRows);
  const std::vector<std::string> common = {"--min-count", "1", "--epochs", "20", "--bins", "14"};
  std::vector<std::string> first = {"sentiment", rows, "-o", path("a.plm")};
  std::vector<std::string> second = {"sentiment", rows, "-o", path("b.plm")};
  first.insert(first.end(), common.begin(), common.end());
  second.insert(second.end(), common.begin(), common.end());
  ASSERT_EQ(run(run_train, first), 0) << err_;
  ASSERT_EQ(run(run_train, second), 0) << err_;
  EXPECT_EQ(bytes_of(path("a.plm")), bytes_of(path("b.plm")));
  EXPECT_FALSE(std::filesystem::exists(path("a.plm.new")));

  ASSERT_EQ(
      run(run_classify, {"--task", "sentiment", "--model", path("a.plm")}, "太差了\n怎么退货\n"), 0)
      << err_;
  EXPECT_TRUE(out_.starts_with("negative\tnegative=")) << out_;
  EXPECT_NE(out_.find("\nneutral\tnegative="), std::string::npos) << out_;
}

TEST_F(TextTools, CorrectedTurnsAreAdoptedOnlyWhenBetterAndOneCommandLeadsBack) {
  const std::string rows = file("rows-cs.tsv", kRows);
  const std::string base = path("base.plm");
  ASSERT_EQ(run(run_train, {"sentiment", rows, "-o", base, "--min-count", "1", "--epochs", "20",
                            "--bins", "14"}),
            0)
      << err_;
  std::string corrected, noise;
  for (int i = 0; i < 200; ++i) {
    // The base has never heard of this word; the tenant says what it means to them.
    corrected += (i % 2 == 0 ? "negative\t凉凉 " : "neutral\t火火 ") + std::to_string(i) + "号\n";
    corrected.insert(corrected.size() - 1, 1, static_cast<char>('a' + i % 26));
    noise += std::string(i % 3 == 0   ? "negative"
                         : i % 3 == 1 ? "neutral"
                                      : "positive") +
             "\tword" + std::string(1, static_cast<char>('a' + i % 7)) +
             std::string(1, static_cast<char>('a' + i % 11)) + "\n";
  }
  const std::string own = path("own.plm");
  std::filesystem::copy_file(base, own);
  const std::vector<std::string> how = {"--base", base,       "--held-out", "0.3",    "--min-count",
                                        "1",      "--epochs", "20",         "--bins", "14"};
  std::vector<std::string> better = {"sentiment", file("own-cs.tsv", corrected), "-o", own};
  better.insert(better.end(), how.begin(), how.end());
  ASSERT_EQ(run(run_train, better), 0) << out_ << err_;
  EXPECT_NE(out_.find("by luck"), std::string::npos) << out_;
  EXPECT_NE(bytes_of(own), bytes_of(base));
  EXPECT_EQ(bytes_of(own + ".previous"), bytes_of(base));
  EXPECT_NE(bytes_of(path("own.md")).find("held out"), std::string::npos);

  const std::string adopted = bytes_of(own);
  std::vector<std::string> worse = {"sentiment", file("noise-cs.tsv", noise), "-o", own};
  worse.insert(worse.end(), how.begin(), how.end());
  EXPECT_EQ(run(run_train, worse), 3) << out_ << err_;
  EXPECT_EQ(bytes_of(own), adopted);

  ASSERT_EQ(run(run_train, {"--rollback", own}), 0) << err_;
  EXPECT_EQ(bytes_of(own), bytes_of(base));
  ASSERT_EQ(run(run_train, {"--rollback", own}), 0) << err_;
  EXPECT_EQ(bytes_of(own), adopted);
  EXPECT_EQ(run(run_train, {"--rollback", base}), 1);
  EXPECT_NE(err_.find("no earlier model"), std::string::npos) << err_;
}

TEST_F(TextTools, TheFirstCorrectionKeepsItsBaseAndMustNotHarmWhatIsGuarded) {
  const std::string rows = file("rows-cs.tsv", kRows);
  const std::string base = path("base.plm"), own = path("own.plm");
  const std::vector<std::string> common = {"--min-count", "1", "--epochs", "20", "--bins", "14"};
  std::vector<std::string> first = {"sentiment", rows, "-o", base};
  first.insert(first.end(), common.begin(), common.end());
  ASSERT_EQ(run(run_train, first), 0) << err_;
  std::string corrected, must_stay;
  for (int i = 0; i < 200; ++i) {
    const std::string tail = " " + std::string(1, static_cast<char>('a' + i % 26)) +
                             std::string(1, static_cast<char>('a' + i % 7)) + "\n";
    corrected += (i % 2 == 0 ? "negative\t满意" : "neutral\t火火") + tail;
    must_stay += "positive\t满意" + tail;  // says the opposite of what was corrected
  }
  std::vector<std::string> learn = {
      "sentiment", file("own-cs.tsv", corrected), "--base", base, "--held-out", "0.3", "-o", own};
  learn.insert(learn.end(), common.begin(), common.end());
  std::vector<std::string> guarded = learn;
  guarded.insert(guarded.end(), {"--guard", file("guard-cs.tsv", must_stay)});
  EXPECT_EQ(run(run_train, guarded), 3) << out_ << err_;
  EXPECT_NE(out_.find("worse on the rows of --guard"), std::string::npos) << out_;
  EXPECT_FALSE(std::filesystem::exists(own));

  ASSERT_EQ(run(run_train, learn), 0) << out_ << err_;
  EXPECT_NE(bytes_of(own), bytes_of(base));
  ASSERT_EQ(run(run_train, {"--rollback", own}), 0) << err_;
  EXPECT_EQ(bytes_of(own), bytes_of(base)) << "back to what was corrected";
}

TEST_F(TextTools, APostThatNamesAnAccountHasAThresholdOfItsOwn) {
  std::string posts;
  for (int i = 0; i < 250; ++i) {
    posts += "neutral\t@shop where is order " + std::string(1, static_cast<char>('a' + i % 26)) +
             std::string(1, static_cast<char>('a' + i % 11)) + "\n";
  }
  ASSERT_EQ(run(run_train, {"sentiment", file("rows-cs.tsv", kRows), "--dev",
                            file("dev-social.tsv", posts), "--post-rate", "0.5", "-o",
                            path("a.plm"), "--min-count", "1", "--epochs", "20", "--bins", "14"}),
            0)
      << err_;
  EXPECT_NE(out_.find("kind \"cs/en/post\""), std::string::npos) << out_;
  ASSERT_EQ(
      run(run_train, {"sentiment", file("rows-cs.tsv", kRows), "--dev", file("dev-cs.tsv", posts),
                      "-o", path("b.plm"), "--min-count", "1", "--epochs", "20", "--bins", "14"}),
      0)
      << err_;
  EXPECT_EQ(out_.find("cs/en/post"), std::string::npos) << "these are turns in a chat";
}

TEST_F(TextTools, ClassifySaysHowLongATextTakesWhenAsked) {
  ASSERT_EQ(run(run_classify, {"--task", "sentiment", "--model", kModel, "--passes", "2"},
                "太差了\n怎么退货\n"),
            0)
      << err_;
  EXPECT_EQ(std::ranges::count(out_, '\n'), 2) << "the answers are the same";
  EXPECT_TRUE(err_.starts_with("2 texts: p50 ")) << err_;
}

TEST_F(TextTools, IntentsTrainAndClassify) {
  const std::string rows = file("i.tsv",
                                "refund\t我要退款\nrefund\tgive my money back\nship\t什么时候发货\n"
                                "ship\twhen does it ship\nhuman\t转人工\nhuman\tagent\n"
                                "refund\t退款\nship\t发货\nhuman\t人工客服\n");
  ASSERT_EQ(run(run_train, {"intent", rows, "--dev", rows, "-o", path("i.plm")}), 0) << err_;
  ASSERT_EQ(run(run_classify, {"--task", "intent", "--model", path("i.plm")}, "退款\n人工\n发货"),
            0)
      << err_;
  std::istringstream lines(out_);
  std::string a, b, c;
  std::getline(lines, a);
  std::getline(lines, b);
  std::getline(lines, c);
  EXPECT_TRUE(a.starts_with("refund\thuman=")) << "labels in their stored order: " << a;
  EXPECT_TRUE(b.starts_with("human\t")) << b;
  EXPECT_TRUE(c.starts_with("ship\t")) << c;
}

TEST_F(TextTools, ClassifyAnswersEveryLine) {
  ASSERT_EQ(run(run_classify, {"--task=sentiment", "--model", kModel, "--kind=cs"},
                "你好\n\n\xff\xfe\r\n退货"),
            0)
      << err_;
  EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 4);
  std::istringstream lines(out_);
  std::string label, negative, neutral, positive;
  lines >> label >> negative >> neutral >> positive;
  EXPECT_EQ(label, "neutral");
  EXPECT_TRUE(negative.starts_with("negative=0."));
  EXPECT_TRUE(neutral.starts_with("neutral=0.") || neutral.starts_with("neutral=1."));
  EXPECT_TRUE(positive.starts_with("positive=0."));
}

TEST_F(TextTools, RetrieveGivesTheBestIds) {
  const std::string docs = file("d.tsv", "r1\t怎么退货\nr2\t什么时候发货\nr3\t怎么开发票\n");
  ASSERT_EQ(run(run_retrieve, {docs, "-k", "2"}, "怎么退货\n如何开发票呢\n\n"), 0) << err_;
  std::istringstream lines(out_);
  std::string a, b, c;
  std::getline(lines, a);
  std::getline(lines, b);
  std::getline(lines, c);
  EXPECT_TRUE(a.starts_with("r1=1.00000\tr")) << a;
  EXPECT_TRUE(b.starts_with("r3=")) << b;
  EXPECT_EQ(c, "");
}

struct WrongUse {
  const char* name;
  int status;
  std::vector<std::string> args;
  const char* says;
};

TEST_F(TextTools, WrongUseIsNamed) {
  const std::string no_tab = file("no-tab.tsv", "negative\tok\nneutral no tab\n");
  const std::string label = file("label.tsv", "negative\tok\n\nangry\tx\n");
  const std::string one = file("one.tsv", "negative\tok\n");
  const std::string empty = file("empty.tsv", "");
  const std::vector<WrongUse> train = {
      {"NoTask", 2, {}, "sentiment or intent"},
      {"NoFile", 2, {"sentiment", "-o", "x"}, "file of rows"},
      {"NoOutput", 2, {"sentiment", one}, "-o FILE"},
      {"UnknownOption", 2, {"sentiment", one, "--fast", "1"}, "--fast"},
      {"NoValue", 2, {"sentiment", one, "-o"}, "-o needs a value"},
      {"BadNumber", 2, {"sentiment", one, "-o", path("x"), "--epochs", "many"}, "1 to 100"},
      {"BadKind", 2, {"sentiment", one, "-o", path("x"), "--kind", "cs"}, "PART=KIND"},
      {"NoTab", 1, {"sentiment", no_tab, "-o", path("x")}, "no-tab.tsv:2: no tab"},
      {"WrongLabel", 1, {"sentiment", label, "-o", path("x")}, "label.tsv:3: label \"angry\""},
      {"OneLabel", 2, {"sentiment", one, "-o", path("x")}, "negative, neutral and positive"},
      {"NoRows", 2, {"intent", empty, "-o", path("x")}, "no rows"},
      {"NoSuchFile", 1, {"intent", path("missing.tsv"), "-o", path("x")}, "missing.tsv"},
      {"Folder", 2, {"intent", folder_.string(), "-o", path("x")}, "a folder"},
  };
  for (const auto& c : train) {
    EXPECT_EQ(run(run_train, c.args), c.status) << c.name << ": " << err_;
    EXPECT_NE(err_.find(c.says), std::string::npos) << c.name << ": " << err_;
    EXPECT_FALSE(std::filesystem::exists(path("x"))) << c.name;
  }
  const std::vector<WrongUse> classify = {
      {"NoTask", 2, {}, "--task"},
      {"BadTask", 2, {"--task", "mood"}, "sentiment or intent"},
      {"BadKind", 2, {"--task", "sentiment", "--kind", "sms"}, "cs, social"},
      {"NoSuchIntentModel", 1, {"--task", "intent", "--model", path("none.plm")}, "none.plm"},
      {"NoSuchModel", 1, {"--task", "sentiment", "--model", path("none.plm")}, "none.plm"},
      {"NotAModel", 1, {"--task", "sentiment", "--model", one}, "PARLEYLM"},
      {"OtherTask", 1, {"--task", "intent", "--model", kModel}, "a model for sentiment"},
  };
  for (const auto& c : classify) {
    EXPECT_EQ(run(run_classify, c.args, "x\n"), c.status) << c.name << ": " << err_;
    EXPECT_NE(err_.find(c.says), std::string::npos) << c.name << ": " << err_;
    EXPECT_EQ(out_, "") << c.name;
  }
  const std::vector<WrongUse> retrieve = {
      {"NoFile", 2, {}, "one file"},
      {"BadCount", 2, {one, "-k", "0"}, "1 to 1000"},
      {"NoTab", 1, {no_tab}, "no-tab.tsv:2"},
  };
  for (const auto& c : retrieve) {
    EXPECT_EQ(run(run_retrieve, c.args, "x\n"), c.status) << c.name << ": " << err_;
    EXPECT_NE(err_.find(c.says), std::string::npos) << c.name << ": " << err_;
  }
}

TEST_F(TextTools, AFailedTrainingLeavesTheOldModel) {
  const std::string old = file("old.plm", "old");
  const std::string bad = file("bad.tsv", "negative\tx\nbroken\n");
  EXPECT_EQ(run(run_train, {"sentiment", bad, "-o", old}), 1);
  EXPECT_EQ(bytes_of(old), "old");
}

}  // namespace
}  // namespace parley::routing
