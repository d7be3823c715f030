// `parley persons import` against a running gateway.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/crypto.hpp"
#include "conversation/codec.hpp"
#include "gateway/cli/commands.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;

class PersonsImport : public testing::Test {
 protected:
  PersonsImport()
      : path_((fs::temp_directory_path() / ("parley-import-" + random_hex(6) + ".csv")).string()),
        world_(std::vector<TenantText>{{}}) {
    options_ = {.file = path_,
                .url = "http://127.0.0.1:" + std::to_string(world_.port()),
                .key = "shop-admin"};
  }
  ~PersonsImport() override { fs::remove(path_); }

  int import(const std::string& csv) {
    std::ofstream(path_, std::ios::binary) << csv;
    return run();
  }
  int run() {
    testing::internal::CaptureStderr();
    const int status = gateway::run_persons_import(options_);
    said_ = testing::internal::GetCapturedStderr();
    return status;
  }
  bool says(const std::string& words) const { return said_.find(words) != std::string::npos; }

  // What is kept of somebody who never came.
  std::string kept(const std::string& user) {
    const auto row = world_.running().store().row_blocking({"shop"}, RowKind::profile, user);
    return row && *row ? std::string(stored_json(**row)) : std::string();
  }

  std::string path_;
  World world_;
  gateway::PersonsOptions options_;
  std::string said_;
};

TEST_F(PersonsImport, KeepsWhatTheColumnsSay) {
  EXPECT_EQ(import("external_user,display_name,tier,orders:number,vip:bool,city\r\n"
                   "u1,\"Wang, Li\",gold,12,true,\"北京\n朝阳\"\r\n"
                   "u2,,silver,,,\r\n"),
            0)
      << said_;
  EXPECT_EQ(kept("u1"),
            R"({"attributes":{"city":"北京\n朝阳","orders":12,"tier":"gold","vip":true},)"
            R"("display_name":"Wang, Li"})");
  EXPECT_EQ(kept("u2"), R"({"attributes":{"tier":"silver"}})");
  EXPECT_TRUE(says("2 rows: 0 updated, 2 kept for a first visit, 0 refused")) << said_;
}

TEST_F(PersonsImport, TwiceIsAsGoodAsOnceAndAnEmptyCellErasesOnlyWhenAsked) {
  const std::string csv = "crm,a,b\nu1,1,2\n";
  options_.id_column = "crm";
  EXPECT_EQ(import(csv), 0) << said_;
  const auto once = kept("u1");
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(kept("u1"), once);
  EXPECT_EQ(import("crm,a,b\nu1,,3\n"), 0);
  EXPECT_EQ(kept("u1"), R"({"attributes":{"a":"1","b":"3"}})");
  options_.empty_erases = true;
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(kept("u1"), R"({"attributes":{"b":"3"}})");
}

TEST_F(PersonsImport, ABadRowDoesNotLoseTheGoodOnes) {
  EXPECT_EQ(import("external_user,orders:number\n"
                   "u1,1\n"
                   "u2,many\n"
                   "u3\n"
                   ",4\n"
                   "u5,\"5\"\n"
                   "u6,\xff\n"),
            1);
  EXPECT_TRUE(says(":3: column orders: expected a number")) << said_;
  EXPECT_TRUE(says(":4: 1 fields; expected 2 as in line 1")) << said_;
  EXPECT_TRUE(says(":5: column external_user is empty")) << said_;
  EXPECT_TRUE(says(":7: column orders: not UTF-8")) << said_;
  EXPECT_TRUE(says("6 rows: 0 updated, 2 kept")) << said_;
  EXPECT_EQ(kept("u5"), R"({"attributes":{"orders":5}})");
}

TEST_F(PersonsImport, WhatTheGatewayRefusesIsNamedByItsLine) {
  EXPECT_EQ(import("external_user,a\nu1,x\n" + std::string(300, 'n') + ",y\nu3,z\n"), 1);
  EXPECT_TRUE(says(":3: external_user")) << said_;
  EXPECT_FALSE(kept("u3").empty());
}

TEST_F(PersonsImport, ManyRowsGoInSeveralCalls) {
  std::string csv = "external_user,a\n";
  for (int i = 0; i < 1'001; ++i) csv += "user" + std::to_string(i) + ",x\n";
  EXPECT_EQ(import(csv), 0) << said_;
  EXPECT_TRUE(says("1001 rows")) << said_;
  EXPECT_FALSE(kept("user1000").empty());
}

TEST_F(PersonsImport, WrongThingsAreSaidClearly) {
  fs::remove(path_);
  EXPECT_EQ(run(), 2);
  EXPECT_TRUE(says("cannot be read")) << said_;
  EXPECT_EQ(import(""), 2);
  EXPECT_TRUE(says("is empty")) << said_;
  EXPECT_EQ(import("name,a\nx,y\n"), 2);
  EXPECT_TRUE(says("no column \"external_user\"")) << said_;
  EXPECT_EQ(import("external_user,a,a\nx,y,z\n"), 2);
  EXPECT_TRUE(says("stands there twice")) << said_;
  EXPECT_EQ(import("external_user,a:date\nx,y\n"), 2);
  EXPECT_TRUE(says("expected :number, :bool or :text")) << said_;
  EXPECT_EQ(import("external_user,a\nu1,x\nu2,\"y\n"), 1);
  EXPECT_TRUE(says("line 3: a quote that is never closed")) << said_;
  EXPECT_TRUE(says("done up to line 2")) << said_;
  EXPECT_FALSE(kept("u1").empty()) << "what stood before it is done";

  options_.key = "wrong";
  EXPECT_EQ(import("external_user,a\nu1,x\n"), 1);
  EXPECT_TRUE(says("401")) << said_;
  options_.key = "";
  EXPECT_EQ(run(), 2);
  EXPECT_TRUE(says("expected --key")) << said_;
  options_.key = "shop-admin";
  options_.url = "http://127.0.0.1:1";
  EXPECT_EQ(run(), 1);
}

}  // namespace
}  // namespace parley::test
