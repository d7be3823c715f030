// routing/text/feature_table.hpp
// Feature hash -> a row of int16 weights, as one block of bytes that is stored and used as it is.
// Buckets of eight slots, two candidate buckets a feature, 16-bit fingerprints: a feature the
// training never kept weighs nothing (plain hashing would give it somebody else's weight) except
// for one in 4,000.
//
// Layout   a bucket = 8 fingerprints (uint16, 0 is empty), then 8 rows of `columns` int16; little
//          endian.
// Threads  find() from any thread.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace parley::routing {

static_assert(std::endian::native == std::endian::little, "the table is used as it is stored");

class FeatureTable {
 public:
  static constexpr std::size_t kSlots = 8;

  static std::size_t bucket_bytes(std::size_t columns) noexcept {
    return kSlots * sizeof(std::uint16_t) * (1 + columns);
  }

  FeatureTable() = default;
  // `bytes` outlives the table; its size is buckets * bucket_bytes(columns).
  FeatureTable(std::string_view bytes, std::size_t buckets, std::size_t columns)
      : bytes_(bytes), buckets_(buckets), columns_(columns) {}

  // The row of `columns` int16 (unaligned), or nullptr.
  const char* find(std::uint64_t feature) const noexcept {
    if (buckets_ == 0) return nullptr;
    const Place place = place_of(feature, buckets_);
    const char* row = find_in(place.first, place.fingerprint);
    return row != nullptr ? row : find_in(place.second, place.fingerprint);
  }

  // Called some features ahead of find(): the table is larger than the caches, a look into it waits
  // for memory.
  void prefetch(std::uint64_t feature) const noexcept {
    if (buckets_ == 0) return;
    const Place place = place_of(feature, buckets_);
    __builtin_prefetch(bytes_.data() + place.first * bucket_bytes(columns_));
    __builtin_prefetch(bytes_.data() + place.second * bucket_bytes(columns_));
  }

  struct Place {
    std::size_t first, second;
    std::uint16_t fingerprint;
  };
  static Place place_of(std::uint64_t feature, std::size_t buckets) noexcept {
    const std::uint64_t other = feature * 0x9e3779b97f4a7c15ULL;
    const auto fingerprint = static_cast<std::uint16_t>(feature >> 48);
    return {.first = static_cast<std::size_t>(((feature & 0xffffffffU) * buckets) >> 32),
            .second = static_cast<std::size_t>(((other >> 32) * buckets) >> 32),
            .fingerprint = fingerprint == 0 ? std::uint16_t{1} : fingerprint};
  }

 private:
  const char* find_in(std::size_t bucket, std::uint16_t fingerprint) const noexcept {
    const char* base = bytes_.data() + bucket * bucket_bytes(columns_);
    std::uint16_t prints[kSlots];
    std::memcpy(prints, base, sizeof prints);
    unsigned found = 0;  // without a branch in the loop it becomes one vector comparison
    for (unsigned i = 0; i < kSlots; ++i) {
      found |= static_cast<unsigned>(prints[i] == fingerprint) << i;
    }
    if (found == 0) return nullptr;
    const auto slot = static_cast<std::size_t>(std::countr_zero(found));
    return base + sizeof prints + slot * columns_ * sizeof(std::int16_t);
  }

  std::string_view bytes_;
  std::size_t buckets_ = 0;
  std::size_t columns_ = 0;
};

// Fills a table, the weightiest feature first: what finds both its buckets full is dropped.
class FeatureTableBuilder {
 public:
  FeatureTableBuilder(std::size_t features, std::size_t columns);
  bool add(std::uint64_t feature, const std::int16_t* row);
  std::size_t buckets() const noexcept { return buckets_; }
  std::string take() { return std::move(bytes_); }

 private:
  static constexpr std::size_t kTaken = FeatureTable::kSlots + 1;  // by the same fingerprint
  std::size_t free_slot(std::size_t bucket, std::uint16_t fingerprint) const;

  std::string bytes_;
  std::size_t buckets_;
  std::size_t columns_;
};

}  // namespace parley::routing
