#include "routing/text/adopt.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include "routing/text/intent.hpp"
#include "routing/text/sentiment.hpp"

namespace parley::routing {
namespace {

using Labels = std::vector<std::string>;

Result<Labels> labels_of(const std::shared_ptr<const LinearModel>& model,
                         const std::vector<LabelledText>& rows) {
  Labels out;
  if (model->parts().task == "sentiment") {
    const auto sentiment = Sentiment::over(model);
    if (!sentiment) return sentiment.error();
    Sentiment::Scratch scratch;
    for (const auto& row : rows) {
      out.emplace_back(kSentiments[sentiment->judge(row.text, row.kind, scratch).label]);
    }
    return out;
  }
  const auto intent = Intent::over(model);
  if (!intent) return intent.error();
  Tokens tokens;
  for (const auto& row : rows) {
    tokenize(row.text, tokens);
    out.emplace_back(intent->guess(tokens).label);
  }
  return out;
}

double mean_recall(const std::vector<LabelledText>& rows, const Labels& said) {
  std::map<std::string_view, std::pair<double, double>> of;  // right, all
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& [right, all] = of[rows[i].label];
    right += rows[i].label == said[i] ? 1 : 0;
    all += 1;
  }
  double sum = 0;
  for (const auto& [label, counts] : of) sum += counts.first / counts.second;
  return of.empty() ? 0 : sum / static_cast<double>(of.size());
}

std::string card_path(const std::string& path) {
  return std::filesystem::path(path).replace_extension(".md").string();
}

std::string previous(const std::string& path) { return path + ".previous"; }

Error cannot(const std::string& path, std::string_view what) {
  return Error{.code = Errc::unavailable, .detail = path + ": cannot be " + std::string(what)};
}

// By rename and never by copy: at every moment one whole model stands in its place or beside it.
Result<void> swap_files(const std::string& path) {
  std::error_code failed;
  const std::string kept = previous(path), aside = path + ".swap";
  std::filesystem::rename(path, aside, failed);
  if (failed) return cannot(path, "moved");
  std::filesystem::rename(kept, path, failed);
  if (failed) {
    std::filesystem::rename(aside, path, failed);
    return cannot(kept, "moved");
  }
  std::filesystem::rename(aside, kept, failed);
  if (failed) return cannot(aside, "moved");
  return {};
}

}  // namespace

double luck_of(std::size_t wins, std::size_t losses) {
  const auto all = static_cast<double>(wins + losses);
  double sum = 0;
  for (std::size_t k = wins; k <= wins + losses; ++k) {
    const auto heads = static_cast<double>(k);
    sum += std::exp(std::lgamma(all + 1) - std::lgamma(heads + 1) - std::lgamma(all - heads + 1) -
                    all * std::log(2.0));
  }
  return std::min(1.0, sum);
}

Result<Comparison> compare_models(const std::shared_ptr<const LinearModel>& older,
                                  const std::shared_ptr<const LinearModel>& newer,
                                  const std::vector<LabelledText>& rows) {
  Comparison result;
  result.rows = rows.size();
  const auto now = labels_of(newer, rows);
  if (!now) return now.error();
  result.new_recall = mean_recall(rows, *now);
  const auto before = older ? labels_of(older, rows) : Result<Labels>(Labels(rows.size()));
  if (!before) return before.error();
  result.old_recall = mean_recall(rows, *before);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool was = (*before)[i] == rows[i].label, is = (*now)[i] == rows[i].label;
    result.old_right += was ? 1U : 0U;
    result.new_right += is ? 1U : 0U;
    result.only_old += was && !is ? 1U : 0U;
    result.only_new += is && !was ? 1U : 0U;
  }
  if (older) result.luck = luck_of(result.only_new, result.only_old);
  return result;
}

Result<void> write_whole(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  {
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.flush();
    if (!file) {
      std::remove(fresh.c_str());
      return cannot(path, "written");
    }
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0) {
    std::remove(fresh.c_str());
    return cannot(path, "replaced");
  }
  return {};
}

Result<void> adopt(const std::string& path, std::string_view model, std::string_view card) {
  for (const auto& [file, bytes] : {std::pair{path, model}, std::pair{card_path(path), card}}) {
    std::error_code failed;
    if (std::filesystem::exists(file, failed)) {
      // A second name for the old file, so that the first is never missing.
      std::filesystem::remove(previous(file), failed);
      std::filesystem::create_hard_link(file, previous(file), failed);
      if (failed) std::filesystem::copy_file(file, previous(file), failed);
      if (failed) return cannot(previous(file), "written");
    }
    if (auto written = write_whole(file, bytes); !written) return written;
  }
  return {};
}

Result<void> roll_back(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::exists(previous(path), failed)) {
    return Error{.code = Errc::not_found,
                 .detail = previous(path) + ": no earlier model is kept here"};
  }
  if (auto swapped = swap_files(path); !swapped) return swapped;
  const std::string card = card_path(path);
  const bool both =
      std::filesystem::exists(card, failed) && std::filesystem::exists(previous(card), failed);
  return both ? swap_files(card) : Result<void>();
}

}  // namespace parley::routing
