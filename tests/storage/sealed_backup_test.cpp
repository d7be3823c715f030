// Backups sealed with a key a person: they come back whole, nothing in them can be read without
// the ring or changed unnoticed, and who was erased since is gone from those taken before.
#include "storage/sealed_backup.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "storage/backup_rules.hpp"
#include "storage/rocks_store.hpp"
#include "tests/storage/canaries.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

std::string bytes_of(const std::string& path) { return read_file(path)->value_or(""); }

void write_bytes(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class SealedBackup : public testing::Test {
 protected:
  Result<SealedReport> restore(const std::string& to, const std::string& from) const {
    return restore_rocks_store(test_options(to), ring_, from);
  }
  std::unique_ptr<Store> open(const std::string& path) {
    auto store =
        RocksStore::open(test_options(path), clock_, {.compress = false, .backup_keys = ring_});
    EXPECT_TRUE(store.has_value()) << store.error().detail;
    return store ? std::move(*store) : nullptr;
  }
  void expect_sound(const std::string& path) {
    const auto report = verify_rocks_store(path);
    ASSERT_OK(report);
    EXPECT_THAT(report->problems, IsEmpty());
  }

  TempDir dir_;
  const std::string path_ = dir_ / "store", ring_ = dir_ / "elsewhere/ring",
                    backup_ = dir_ / "backup", restored_ = dir_ / "restored";
  SystemClock clock_;
  const PersonId leaves_ = person("leaves"), stays_ = person("stays");
  Canaries gone_{"gone"}, kept_{"kept"};
};

TEST_F(SealedBackup, ComesBackAsItWas) {
  auto store = open(path_);
  live(*store, leaves_, gone_);
  ASSERT_OK(backup_rocks_store(*store, backup_));
  EXPECT_THAT(gone_.found_in(backup_), IsEmpty()) << "sealed";
  const auto before = store->history_blocking(kDemo, leaves_, 0, 100);
  store->close();
  store.reset();

  const auto report = restore(restored_, backup_);
  ASSERT_OK(report);
  EXPECT_EQ(report->lost, 0u);
  EXPECT_EQ(report->media, 2u);
  expect_sound(restored_);
  store = open(restored_);
  ASSERT_TRUE(store);
  const auto after = store->history_blocking(kDemo, leaves_, 0, 100);
  ASSERT_EQ(after->size(), before->size());
  for (std::size_t i = 0; i < after->size(); ++i) EXPECT_EQ((*after)[i].body, (*before)[i].body);
  EXPECT_TRUE(store->media_blocking(kDemo, {kMedia})->has_value());
  EXPECT_TRUE(
      (*commit_now(*store,
                   with_key(turn(kDemo, person("x"), 0),
                            "m:" + from_stored<Event>((*after)[0].body)->message->external_id)))
          .duplicate)
      << "its dedup keys too";
  ASSERT_OK(commit_now(*store, turn(kDemo, leaves_, kTurns)));
}

TEST_F(SealedBackup, LosesWhoIsErasedAfterIt) {
  auto store = open(path_);
  live(*store, leaves_, gone_);
  live(*store, stays_, kept_);
  ASSERT_GE(gone_.size(), 200u);
  ASSERT_OK(backup_rocks_store(*store, backup_));
  ASSERT_OK(restore(restored_, backup_));
  ASSERT_FALSE(gone_.found_in(restored_).empty()) << "or there is nothing to lose";
  fs::remove_all(restored_);

  ASSERT_OK(store->erase_persons_blocking(kDemo, {forget(*store, leaves_, kTurns)}));
  EXPECT_THAT(gone_.found_in(dir_.path()), IsEmpty()) << "store, log, ring and older backup";
  store->close();
  store.reset();

  const auto report = restore(restored_, backup_);
  ASSERT_OK(report);
  EXPECT_GT(report->lost, kTurns);
  expect_sound(restored_);
  store = open(restored_);
  ASSERT_TRUE(store);
  EXPECT_THAT(*store->history_blocking(kDemo, leaves_, 0, 100), IsEmpty());
  EXPECT_FALSE(store->state_blocking(kDemo, leaves_)->has_value());
  EXPECT_FALSE(store->media_blocking(kDemo, {kMedia})->has_value());
  EXPECT_EQ(store->history_blocking(kDemo, stays_, 0, 100)->size(), kTurns);
  EXPECT_EQ(**store->media_blocking(kDemo, {kShared}), "a campaign's picture") << "said to both";
  ASSERT_OK(commit_now(*store, turn(kDemo, leaves_, 0)));  // whoever comes again is new
  store->close();
  EXPECT_THAT(gone_.found_in(restored_), IsEmpty());
  EXPECT_FALSE(kept_.found_in(restored_).empty());
}

TEST_F(SealedBackup, TakenAfterTheErasureHoldsWhatIsLeft) {
  auto store = open(path_);
  live(*store, leaves_, gone_);
  ASSERT_OK(backup_rocks_store(*store, dir_ / "older"));
  ASSERT_OK(store->erase_persons_blocking(kDemo, {forget(*store, leaves_, kTurns)}));
  ASSERT_OK(commit_now(*store, turn(kDemo, leaves_, kTurns + 1)));
  ASSERT_OK(backup_rocks_store(*store, backup_));
  const auto report = restore(restored_, backup_);
  ASSERT_OK(report);
  EXPECT_EQ(report->lost, 0u);
  expect_sound(restored_);
  EXPECT_THAT(gone_.found_in(restored_), IsEmpty());
  store = open(restored_);
  EXPECT_EQ(store->history_blocking(kDemo, leaves_, 0, 100)->size(), kTurns + 2);
  const auto older = verify_sealed_backup(dir_ / "older", ring_);
  ASSERT_OK(older);
  EXPECT_GT(older->lost, kTurns) << "a new key of the same person opens nothing old";
}

TEST_F(SealedBackup, WithoutItsRingIsNothing) {
  auto store = open(path_);
  live(*store, leaves_, gone_);
  ASSERT_OK(backup_rocks_store(*store, backup_));
  const auto with = [&](const std::string& keys) {
    return restore_rocks_store(test_options(restored_), keys, backup_).error().detail;
  };
  EXPECT_THAT(with(""), HasSubstr("backup_keys"));
  EXPECT_THAT(with(dir_ / "nowhere/ring"), HasSubstr("is not there"));
  ASSERT_OK(KeyRing::open(dir_ / "another", KeyRing::Missing::make));
  EXPECT_THAT(with(dir_ / "another"), HasSubstr("another ring"));
  EXPECT_FALSE(path_exists(restored_)) << "and nothing half made is left";
}

TEST_F(SealedBackup, OverwritesNothing) {
  auto store = open(path_);
  live(*store, leaves_, gone_);
  ASSERT_OK(backup_rocks_store(*store, backup_));
  EXPECT_THAT(backup_rocks_store(*store, backup_).error().detail, HasSubstr("not empty"));
  EXPECT_THAT(restore(path_, backup_).error().detail, HasSubstr("not empty"));
}

TEST_F(SealedBackup, ShowsEveryChangedByteAndEveryCut) {
  auto store = open(path_);
  ASSERT_OK(commit_now(*store, turn(kDemo, stays_, 0, 3)));
  ASSERT_OK(backup_rocks_store(*store, backup_));
  const auto file = backup_ + "/sealed";
  const auto whole = bytes_of(file);
  ASSERT_OK(verify_sealed_backup(backup_, ring_));
  const std::size_t ids_of_a_lost_key = 3;  // kind and count stand before the first id
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    write_bytes(file, changed);
    const auto report = verify_sealed_backup(backup_, ring_);
    EXPECT_TRUE(!report || report->lost > 0) << "byte " << at;
    if (at < ids_of_a_lost_key) EXPECT_FALSE(report) << at;
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_bytes(file, whole.substr(0, size));
    EXPECT_FALSE(verify_sealed_backup(backup_, ring_)) << "cut to " << size;
  }
}

TEST_F(SealedBackup, OfPlainCopiesIsRestoredToo) {
  auto plain = test_options(path_);
  auto store = open_rocks_store(plain, clock_);
  ASSERT_OK(store);
  ASSERT_OK(commit_now(**store, turn(kDemo, stays_, 0, 3)));
  ASSERT_OK(backup_rocks_store(**store, backup_));
  (*store)->close();
  ASSERT_OK(restore(restored_, backup_));
  expect_sound(restored_);
  EXPECT_THAT(restore(dir_ / "x", dir_ / "elsewhere").error().detail, HasSubstr("no backup"));
}

TEST_F(SealedBackup, WaitsForErasuresAndTheyForIt) {
  auto store = open(path_);
  live(*store, leaves_, gone_);
  const auto erasure = forget(*store, leaves_, kTurns);
  auto erased = std::async(std::launch::async, [&] {
    return store->erase_persons_blocking(kDemo, {erasure}).has_value();
  });
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK(backup_rocks_store(*store, backup_ + std::to_string(i)));
  }
  EXPECT_TRUE(erased.get());
  store->close();
  store.reset();
  for (int i = 0; i < 3; ++i) {
    const auto to = restored_ + std::to_string(i);
    ASSERT_OK(restore(to, backup_ + std::to_string(i)));
    EXPECT_THAT(gone_.found_in(to), IsEmpty()) << i;
  }
}

class Ring : public testing::Test {
 protected:
  std::unique_ptr<KeyRing> open() {
    auto ring = KeyRing::open(path_, KeyRing::Missing::make);
    EXPECT_TRUE(ring.has_value()) << ring.error().detail;
    return ring ? std::move(*ring) : nullptr;
  }
  TempDir dir_;
  const std::string path_ = dir_ / "ring";
};

TEST_F(Ring, KeepsAKeyUntilItIsDestroyed) {
  std::string bytes;
  {
    auto ring = open();
    bytes = ring->key_for("anna").bytes;
    EXPECT_EQ(bytes.size(), 32u);
    EXPECT_EQ(ring->key_for("anna").bytes, bytes);
    EXPECT_NE(ring->key_for("ben").bytes, bytes);
    ASSERT_OK(ring->sync());
  }
  std::uint64_t id = 0;
  {
    auto ring = open();
    EXPECT_EQ(ring->size(), 2u);
    id = ring->key_for("anna").id;
    EXPECT_EQ(ring->find(id)->bytes, bytes);
    const std::string gone[] = {"anna", "nobody"};
    ASSERT_OK(ring->destroy(gone));
    EXPECT_EQ(ring->find(id), nullptr);
  }
  EXPECT_EQ(bytes_of(path_).find(bytes), std::string::npos) << "overwritten in its place";
  auto ring = open();
  EXPECT_EQ(ring->find(id), nullptr);
  EXPECT_NE(ring->key_for("anna").bytes, bytes);
}

TEST_F(Ring, DropsATornEndAndRefusesDamageBeforeIt) {
  {
    auto ring = open();
    for (int i = 0; i < 4; ++i) ring->key_for("p" + std::to_string(i));
    ASSERT_OK(ring->sync());
  }
  const auto whole = bytes_of(path_);
  ASSERT_EQ(whole.size(), 5u * 64);
  for (std::size_t size = 64; size < whole.size(); ++size) {
    write_bytes(path_, whole.substr(0, size));
    auto ring = open();
    ASSERT_TRUE(ring);
    EXPECT_EQ(ring->size(), size / 64 - 1) << size;
    ring->key_for("new");
    ASSERT_OK(ring->sync());
    ring.reset();
    EXPECT_EQ(open()->size(), size / 64) << size;
  }
  for (std::size_t at = 0; at < whole.size() - 64; ++at) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    write_bytes(path_, changed);
    EXPECT_FALSE(KeyRing::open(path_, KeyRing::Missing::make)) << at;
  }
}

TEST_F(Ring, IsOneProcesssAtATime) {
  const auto ring = open();
  EXPECT_FALSE(KeyRing::open(path_, KeyRing::Missing::make));
}

}  // namespace
}  // namespace parley::storage
