#include "routing/text/linear_model.hpp"

#include <algorithm>
#include <cmath>

namespace parley::routing {
namespace {
constexpr std::size_t kFetchedAhead = 8;  // as many loads as a core keeps under way
}

LinearModel::LinearModel(ModelParts parts, std::string version)
    : parts_(std::move(parts)),
      version_(std::move(version)),
      table_(parts_.table, parts_.buckets, parts_.scales.size()) {}

std::size_t LinearModel::index_of(std::string_view label) const noexcept {
  const auto found = std::find(parts_.labels.begin(), parts_.labels.end(), label);
  return static_cast<std::size_t>(found - parts_.labels.begin());
}

const Calibration& LinearModel::calibration(std::string_view kind) const noexcept {
  const Calibration* fallback = &parts_.calibrations.front();
  for (const auto& one : parts_.calibrations) {
    if (one.kind == kind) return one;
    if (one.kind.empty()) fallback = &one;
  }
  return *fallback;
}

void LinearModel::probabilities(const Tokens& tokens, std::string_view kind,
                                std::span<double> out) const {
  thread_local std::vector<std::uint64_t> features;
  thread_local std::vector<std::int64_t> sums;
  extract_features(tokens, kind, features);
  const std::size_t columns = parts_.scales.size();
  sums.assign(columns, 0);
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (i + kFetchedAhead < features.size()) table_.prefetch(features[i + kFetchedAhead]);
    const char* row = table_.find(features[i]);
    if (row == nullptr) continue;
    for (std::size_t c = 0; c < columns; ++c) {
      std::int16_t weight = 0;
      std::memcpy(&weight, row + c * sizeof weight, sizeof weight);
      sums[c] += weight;
    }
  }

  const double norm =
      1.0 / std::sqrt(static_cast<double>(std::max<std::size_t>(1, features.size())));
  const double temperature = calibration(kind).temperature;
  double largest = 0;  // the reference label's logit
  for (std::size_t c = 0; c < columns; ++c) {
    out[c] =
        static_cast<double>(sums[c]) * static_cast<double>(parts_.scales[c]) * norm / temperature;
    largest = std::max(largest, out[c]);
  }
  out[columns] = 0;
  double total = 0;
  for (std::size_t c = 0; c <= columns; ++c) {
    out[c] = std::exp(out[c] - largest);
    total += out[c];
  }
  for (std::size_t c = 0; c <= columns; ++c) out[c] /= total;
}

std::vector<ScoredTerm> LinearModel::terms(const Tokens& tokens, std::string_view kind,
                                           std::size_t label, std::size_t count_max) const {
  thread_local std::vector<Gram> grams;
  thread_local std::vector<std::pair<double, std::size_t>> weighed;
  extract_grams(tokens, kind, grams);
  weighed.clear();
  const std::size_t columns = parts_.scales.size();
  const auto weight_of = [&](std::uint64_t feature) {
    const char* row = feature == 0 ? nullptr : table_.find(feature);
    if (row == nullptr) return 0.0;
    double own = 0, all = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      std::int16_t raw = 0;
      std::memcpy(&raw, row + c * sizeof raw, sizeof raw);
      const double weight = raw * static_cast<double>(parts_.scales[c]);
      all += weight;
      if (c == label) own = weight;
    }
    return own - all / static_cast<double>(columns + 1);
  };
  for (std::size_t i = 0; i < grams.size(); ++i) {
    const double weight = weight_of(grams[i].general) + weight_of(grams[i].of_kind);
    if (weight != 0) weighed.emplace_back(weight, i);
  }
  const std::size_t count = std::min(count_max, weighed.size());
  std::partial_sort(weighed.begin(), weighed.begin() + static_cast<std::ptrdiff_t>(count),
                    weighed.end(), [](const auto& a, const auto& b) {
                      const double x = std::abs(a.first), y = std::abs(b.first);
                      return x != y ? x > y : a.second < b.second;
                    });
  std::vector<ScoredTerm> result;
  result.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Gram& gram = grams[weighed[i].second];
    std::string text;
    for (std::uint32_t t = gram.first; t < gram.first + gram.count; ++t) {
      const Token& token = tokens.tokens[t];
      if (!text.empty() && token.kind == TokenKind::word) text += ' ';
      text += tokens.view(token);
    }
    result.push_back({.term = std::move(text), .weight = weighed[i].first});
  }
  return result;
}

}  // namespace parley::routing
