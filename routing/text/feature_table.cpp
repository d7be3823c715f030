#include "routing/text/feature_table.hpp"

#include <algorithm>

namespace parley::routing {
namespace {
constexpr std::size_t kLoadPercent = 92;  // two choices of eight slots lose next to nothing here
}

FeatureTableBuilder::FeatureTableBuilder(std::size_t features, std::size_t columns)
    : buckets_(
          std::max<std::size_t>(1, features * 100 / (kLoadPercent * FeatureTable::kSlots) + 1)),
      columns_(columns) {
  bytes_.assign(buckets_ * FeatureTable::bucket_bytes(columns_), '\0');
}

std::size_t FeatureTableBuilder::free_slot(std::size_t bucket, std::uint16_t fingerprint) const {
  const char* base = bytes_.data() + bucket * FeatureTable::bucket_bytes(columns_);
  for (std::size_t i = 0; i < FeatureTable::kSlots; ++i) {
    std::uint16_t print = 0;
    std::memcpy(&print, base + i * sizeof print, sizeof print);
    if (print == fingerprint) return kTaken;  // find() could not tell the two apart
    if (print == 0) return i;
  }
  return FeatureTable::kSlots;
}

bool FeatureTableBuilder::add(std::uint64_t feature, const std::int16_t* row) {
  const auto place = FeatureTable::place_of(feature, buckets_);
  const std::size_t in_first = free_slot(place.first, place.fingerprint);
  const std::size_t in_second = free_slot(place.second, place.fingerprint);
  if (std::max(in_first, in_second) == kTaken) return false;
  if (std::min(in_first, in_second) == FeatureTable::kSlots) return false;
  const bool first = in_first <= in_second;
  const std::size_t slot = first ? in_first : in_second;
  char* base =
      bytes_.data() + (first ? place.first : place.second) * FeatureTable::bucket_bytes(columns_);
  std::memcpy(base + slot * sizeof place.fingerprint, &place.fingerprint, sizeof place.fingerprint);
  std::memcpy(base + FeatureTable::kSlots * sizeof place.fingerprint +
                  slot * columns_ * sizeof(std::int16_t),
              row, columns_ * sizeof(std::int16_t));
  return true;
}

}  // namespace parley::routing
