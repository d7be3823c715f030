// The audit log's hash chain: whatever is done to the rows behind the store's back is found out.
#include <gmock/gmock.h>
#include <rocksdb/db.h>

#include <functional>
#include <random>

#include "base/crypto.hpp"
#include "storage/audit_chain.hpp"
#include "storage/commit_check.hpp"
#include "storage/keys.hpp"
#include "storage/rocks_options.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const TenantId kDemo{"demo"}, kOther{"other"};
constexpr int kEntries = 40;

class AuditChain : public testing::Test {
 protected:
  void SetUp() override { fill(kStart); }

  void fill(TimePoint at) {
    auto store = open_rocks_store(test_options(path_), clock_);
    ASSERT_OK(store);
    for (int i = 0; i < kEntries; ++i) {
      for (const auto& tenant : {kDemo, kOther}) {
        auto commit =
            rows_only(tenant, {{.kind = RowKind::audit, .id = {}, .body = "did " + text(i)}});
        commit.at = at + Milliseconds{i};
        ASSERT_OK(commit_now(**store, std::move(commit)));
      }
    }
  }
  static std::string text(int i) { return "thing " + std::to_string(i) + ";"; }

  std::vector<std::string> problems() {
    auto report = verify_rocks_store(path_);
    EXPECT_TRUE(report.has_value());
    return report ? report->problems : std::vector<std::string>{"did not verify"};
  }

  using Rows = std::vector<std::pair<std::string, std::string>>;
  // What somebody with the files in hand can do.
  void tamper(const std::function<void(rocksdb::DB&, const Rows&)>& how) {
    rocksdb::DB* raw = nullptr;
    auto options = rocks_options(test_options(path_), nullptr);
    ASSERT_TRUE(rocksdb::DB::Open(options, database_path(path_), &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    Rows rows;
    const auto prefix = row_prefix(kDemo, RowKind::audit);
    {
      const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
      for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
        rows.emplace_back(it->key().ToString(), it->value().ToString());
      }
    }
    how(*db, rows);
  }
  static std::string id_of(const std::string& key) {
    return key.substr(row_prefix(kDemo, RowKind::audit).size());
  }
  static void put(rocksdb::DB& db, const std::string& key, const std::string& value) {
    ASSERT_TRUE(db.Put({}, key, value).ok());
  }
  static void erase(rocksdb::DB& db, const std::string& key) {
    ASSERT_TRUE(db.Delete({}, key).ok());
  }

  TempDir dir_;
  const std::string path_ = dir_ / "store";
  SystemClock clock_;
};

TEST_F(AuditChain, IsSoundAndGoesOnAfterAStart) {
  EXPECT_THAT(problems(), IsEmpty());
  fill(kStart + Milliseconds{1'000});
  EXPECT_THAT(problems(), IsEmpty());
  const auto report = verify_rocks_store(path_);
  EXPECT_THAT(report->audit_heads, Contains(HasSubstr("demo: 80 entries")));
  EXPECT_THAT(report->audit_heads, Contains(HasSubstr("other: 80 entries")));
}

TEST_F(AuditChain, IsPinned) {
  EXPECT_EQ(to_hex(chain_hash("", kDemo, "00000000000000000001-0000", "x")),
            to_hex(sha256(std::string("\0\x0eparley.audit/1\0\0\0\4demo\0\x19", 26) +
                          "00000000000000000001-0000x")));
}

TEST_F(AuditChain, AChangedEntryIsFoundAtItsPlace) {
  std::string id;
  tamper([&](rocksdb::DB& db, const Rows& rows) {
    auto value = rows[17].second;
    value.back() ^= 1;
    id = id_of(rows[17].first);
    put(db, rows[17].first, value);
  });
  const auto found = problems();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0], HasSubstr(id + " was changed"));
}

TEST_F(AuditChain, AnEntryTakenOutIsMissed) {
  tamper([&](rocksdb::DB& db, const Rows& rows) { erase(db, rows[5].first); });
  EXPECT_THAT(problems(), Contains(HasSubstr("was taken out")));
}

TEST_F(AuditChain, AnEntryTakenOutWithItsHashIsMissedByTheNext) {
  tamper([&](rocksdb::DB& db, const Rows& rows) {
    erase(db, rows[5].first);
    erase(db, audit_chain_key(kDemo, id_of(rows[5].first)));
  });
  EXPECT_THAT(problems(), Contains(HasSubstr("was changed, or what was before it")));
}

TEST_F(AuditChain, SwappedEntriesAreFound) {
  tamper([&](rocksdb::DB& db, const Rows& rows) {
    put(db, rows[8].first, rows[9].second);
    put(db, rows[9].first, rows[8].second);
  });
  EXPECT_GE(problems().size(), 2u);
}

TEST_F(AuditChain, AnEntryPutInIsFound) {
  tamper([&](rocksdb::DB& db, const Rows& rows) {
    put(db, row_key(kDemo, RowKind::audit, audit_row_id(3, 77)), rows[3].second);
  });
  EXPECT_THAT(problems(), Contains(HasSubstr("is not of the chain")));
}

TEST_F(AuditChain, ALogCutShortIsFoundByItsHead) {
  tamper([&](rocksdb::DB& db, const Rows& rows) {
    for (std::size_t i = rows.size() - 3; i < rows.size(); ++i) {
      erase(db, rows[i].first);
      erase(db, audit_chain_key(kDemo, id_of(rows[i].first)));
    }
  });
  EXPECT_THAT(problems(), Contains(HasSubstr("its head says 40")));
}

TEST_F(AuditChain, ALogTakenOutWholeIsFoundByItsHead) {
  tamper([&](rocksdb::DB& db, const Rows& rows) {
    for (const auto& [key, value] : rows) {
      erase(db, key);
      erase(db, audit_chain_key(kDemo, id_of(key)));
    }
  });
  EXPECT_THAT(problems(), Contains(HasSubstr("its head says 40")));
}

TEST_F(AuditChain, AMissingHeadIsFound) {
  tamper([&](rocksdb::DB& db, const Rows&) { erase(db, audit_head_key(kDemo)); });
  EXPECT_THAT(problems(), Contains(HasSubstr("head of the audit chain is missing")));
}

TEST_F(AuditChain, EveryOneOfAThousandChangesIsFound) {
  std::mt19937 draw(20);
  for (int round = 0; round < 1'000; ++round) {
    // In memory, by the chain's own function: the same walk that verify makes.
    std::vector<std::pair<std::string, std::string>> log;
    std::vector<std::string> hashes;
    std::string before;
    for (int i = 0; i < 12; ++i) {
      log.emplace_back(audit_row_id(static_cast<std::uint64_t>(i) + 1, 0), "at " + text(i));
      before = chain_hash(before, kDemo, log.back().first, log.back().second);
      hashes.push_back(before);
    }
    auto changed = log;
    const auto at = draw() % changed.size();
    switch (draw() % 4) {
      case 0:
        changed[at].second[draw() % changed[at].second.size()] ^=
            static_cast<char>(1u << (draw() % 7));
        break;
      case 1:
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 2:
        std::swap(changed[at].second, changed[(at + 1) % changed.size()].second);
        break;
      default:
        changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at), changed[at]);
    }
    std::string walked;
    for (const auto& [id, value] : changed) walked = chain_hash(walked, kDemo, id, value);
    EXPECT_NE(walked, hashes.back()) << round;
  }
}

TEST_F(AuditChain, WhatExpiredLeavesAnAnchorThatTheRestLeadsBackTo) {
  auto options = test_options(path_);
  options.audit_horizon = std::chrono::hours(1);
  {
    auto store = open_rocks_store(options, clock_);
    ASSERT_OK(store);
    const auto now = kStart + Milliseconds{kEntries / 2} + std::chrono::hours(1);
    ASSERT_OK((*store)->expire_blocking(now));
    EXPECT_EQ((*store)->rows_blocking(kDemo, RowKind::audit, "", 100)->rows.size(),
              static_cast<std::size_t>(kEntries / 2 - 1));
  }
  EXPECT_THAT(problems(), IsEmpty());
  tamper([&](rocksdb::DB& db, const Rows& rows) {  // one more "expired"
    erase(db, rows[0].first);
    erase(db, audit_chain_key(kDemo, id_of(rows[0].first)));
  });
  EXPECT_THAT(problems(), testing::Not(IsEmpty()));
}

TEST_F(AuditChain, BeginsAfterTheRowsOfAnOlderFormat) {
  TempDir old;
  const auto path = old / "store";
  {
    auto store = open_rocks_store(test_options(path), clock_);
    ASSERT_OK(store);
    ASSERT_OK(commit_now(**store, rows_only(kDemo, {{.kind = RowKind::audit, .body = "old"}})));
  }
  {  // as format 1 left it: the row and no chain
    rocksdb::DB* raw = nullptr;
    auto options = rocks_options(test_options(path), nullptr);
    ASSERT_TRUE(rocksdb::DB::Open(options, database_path(path), &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    erase(*db, audit_head_key(kDemo));
    erase(*db, audit_chain_key(kDemo, audit_row_id(1, 0)));
    std::string one;
    append_u32(one, 1);
    put(*db, meta_key(kMetaFormat), one);
  }
  {
    auto store = open_rocks_store(test_options(path), clock_);
    ASSERT_OK(store);
    ASSERT_OK(commit_now(**store, rows_only(kDemo, {{.kind = RowKind::audit, .body = "new"}})));
  }
  const auto report = verify_rocks_store(path);
  ASSERT_OK(report);
  EXPECT_THAT(report->problems, IsEmpty());
  EXPECT_THAT(report->audit_heads, Contains(HasSubstr("demo: 1 entries")));
}

}  // namespace
}  // namespace parley::storage
