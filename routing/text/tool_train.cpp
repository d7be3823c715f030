// routing/text/tool_train.cpp
// `train`: reads labelled files, trains, calibrates on rows kept apart, writes one file.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <ostream>

#include "base/crypto.hpp"
#include "routing/text/adopt.hpp"
#include "routing/text/arguments.hpp"
#include "routing/text/intent.hpp"
#include "routing/text/rows.hpp"
#include "routing/text/sentiment.hpp"
#include "routing/text/tools.hpp"
#include "routing/text/train.hpp"

namespace parley::routing {
namespace {

constexpr std::string_view kUsage =
    "train sentiment|intent TRAIN.tsv... -o FILE\n"
    "train --rollback FILE\n"
    "  A line is \"label<TAB>text\"; the labels of sentiment are negative, neutral, positive.\n"
    "  --kind PART=KIND  files whose name contains PART have the text kind KIND. Without it the\n"
    "                    name tells: -review, -social, -chat, else cs (-cs, -queries). A text may\n"
    "                    begin with its own, \"@@KIND \". Intents have no kind unless told.\n"
    "  --also PART=KIND  rows of such files are learnt a second time, as of KIND\n"
    "  --dev FILE        calibrates on these rows (repeatable); without it on 4 % of the others\n"
    "  --rate R          share of calm service turns that may be called negative (0.0075)\n"
    "  --post-rate R     the same of calm English posts that name an account, \"@shop ...\" (0.2)\n"
    "  --features N      features kept in the file (1000000; intents: by their labels)\n"
    "  --epochs N        passes over the rows (3; intents 20)\n"
    "  --min-count N     rarer features are dropped (2; intents 1)\n"
    "  --bins N          2^N bins while training (22; intents by their labels)\n"
    "  --seed N          order of the rows (20)\n"
    "  --bag N           width of the second learner's vectors, 0 leaves it out (intents 48, else "
    "0)\n"
    "  --bag-features N  n-grams that have one (intents: by the width)\n"
    "  --refuse R        share of held-back turns with a known intent that may be refused (0.05)\n"
    "  --base MODEL      learns only what has to be added to MODEL: for corrected turns of your "
    "own\n"
    "  --held-out R      keeps this share of the rows apart and measures on it. With --base, or "
    "when\n"
    "                    FILE is there already, FILE is replaced only by what is better (exit 3 "
    "if\n"
    "                    not); the model before and its card stay beside it as *.previous\n"
    "  --guard FILE      rows on which it must not be worse, or FILE stays (repeatable; with\n"
    "                    --held-out)\n"
    "  --rollback FILE   puts the model before back in its place, and this one beside it\n";

constexpr std::size_t kCalibrationRowsMin = 30;
constexpr std::size_t kCalmRowsMin = 200;  // of a language, for a threshold of its own
constexpr unsigned kHeldOutOf = 25;        // one row in this many calibrates
constexpr double kIntentTableBytes = 24e6, kIntentBagBytes = 16e6;
constexpr double kIntentTrainBytes = 800e6;
constexpr double kThresholdMin = -1.4, kThresholdMax = 2.0;
constexpr double kPostThresholdMin = -2.5;

constexpr std::uint64_t kHeldOutParts = 10'000, kHeldOutSeed = 7;
constexpr int kNotAdopted = 3;

// Every training and calibration row, read from files named on the command line.
class RowSource {
 public:
  RowSource(std::string task, bool has_dev, double held_out)
      : task_(std::move(task)),
        has_dev_(has_dev),
        held_out_(static_cast<std::uint64_t>(held_out * static_cast<double>(kHeldOutParts))) {}

  // Rows are added with what this model says of them.
  void correct(std::shared_ptr<const LinearModel> base) { base_ = std::move(base); }

  Result<void> set_kinds(const Arguments& args) {
    auto kinds = pairs(args.all("--kind"), kinds_);
    if (!kinds) return kinds;
    return pairs(args.all("--also"), also_);
  }

  Result<void> read(const std::string& path, bool dev) {
    const std::string name = std::filesystem::path(path).filename().string();
    const std::string file_kind = kind_of_file(name);
    std::vector<std::string> also;
    for (const auto& [part, kind] : also_) {
      if (!dev && name.find(part) != name.npos) also.push_back(kind);
    }
    return read_rows(path, "label<TAB>text", [&](const Row& row) -> Result<void> {
      if (task_ == "sentiment" &&
          std::find(kSentiments.begin(), kSentiments.end(), row.left) == kSentiments.end()) {
        return row_error(path, row.line,
                         "label \"" + std::string(row.left.substr(0, 40)) +
                             "\"; it is negative, neutral or positive");
      }
      if (++rows_ > kTrainRowsMax) {
        return row_error(path, row.line, "more than " + std::to_string(kTrainRowsMax) + " rows");
      }
      auto [kind, text] = own_kind(row.right, file_kind);
      const std::uint64_t hash = xxh3_64(row.right);
      // By the text: a row that stands in two files is on one side only.
      const bool apart = (hash ^ kHeldOutSeed) * 0x9e3779b97f4a7c15ULL % kHeldOutParts < held_out_;
      if (!dev && apart) {
        kept_apart_.push_back({std::string(row.left), std::string(kind), std::string(text)});
        return {};
      }
      if (dev || (!has_dev_ && hash % kHeldOutOf == 0)) {
        dev_.push_back({std::string(row.left), std::string(kind), std::string(text)});
        return {};
      }
      add(row.left, kind, text);
      for (const auto& other : also) add(row.left, other, text);
      return {};
    });
  }

  // Rows to look at and never to learn from.
  Result<void> read_guard(const std::string& path) {
    const std::string kind = kind_of_file(std::filesystem::path(path).filename().string());
    return read_rows(path, "label<TAB>text", [&](const Row& row) -> Result<void> {
      const auto [own, text] = own_kind(row.right, kind);
      guard_.push_back({std::string(row.left), std::string(own), std::string(text)});
      return {};
    });
  }

  const SampleSet& samples() const noexcept { return samples_; }
  const std::vector<LabelledText>& dev() const noexcept { return dev_; }
  const std::vector<LabelledText>& kept_apart() const noexcept { return kept_apart_; }
  const std::vector<LabelledText>& guard() const noexcept { return guard_; }

 private:
  void add(std::string_view label, std::string_view kind, std::string_view text) {
    if (!base_) return samples_.add(label, kind, text);
    known_.resize(base_->labels().size());
    tokenize(text, tokens_);
    base_->probabilities(tokens_, kind, known_);
    samples_.add(label, kind, text, known_);
  }

  using Pairs = std::vector<std::pair<std::string, std::string>>;

  static Result<void> pairs(const std::vector<std::string>& texts, Pairs& out) {
    for (const auto& text : texts) {
      const std::size_t equals = text.rfind('=');
      if (equals == text.npos || equals == 0 || equals + 1 == text.size()) {
        return Error{.code = Errc::rejected,
                     .detail = "\"" + text + "\": PART=KIND is needed, as in airline=cs"};
      }
      out.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return {};
  }

  std::string kind_of_file(const std::string& name) const {
    for (const auto& [part, kind] : kinds_) {
      if (name.find(part) != name.npos) return kind;
    }
    if (task_ != "sentiment") return "";
    for (const std::string_view kind : {"review", "social", "chat"}) {
      if (name.find("-" + std::string(kind)) != name.npos) return std::string(kind);
    }
    return "cs";
  }

  static std::pair<std::string_view, std::string_view> own_kind(std::string_view text,
                                                                std::string_view otherwise) {
    if (!text.starts_with("@@")) return {otherwise, text};
    const std::size_t end = std::min(text.find(' '), text.size());
    return {text.substr(2, end - 2), text.substr(std::min(text.size(), end + 1))};
  }

  std::string task_;
  bool has_dev_;
  std::uint64_t held_out_;  // of kHeldOutParts
  Pairs kinds_, also_;
  SampleSet samples_;
  std::vector<LabelledText> dev_, kept_apart_, guard_;
  std::size_t rows_ = 0;
  std::shared_ptr<const LinearModel> base_;
  std::vector<double> known_;
  Tokens tokens_;
};

Result<TrainOptions> options_of(const Arguments& args, const std::string& task,
                                std::size_t labels) {
  TrainOptions options;
  options.task = task;
  const bool intent = task == "intent";
  const double columns = static_cast<double>(std::max<std::size_t>(2, labels));
  if (intent) {
    options.epochs = 20;
    options.rate = 0.3F;  // many labels, few rows each: longer steps
    options.first_square = 1e-2F;
    options.bag_epochs = 40;
    options.bag_dropout = 0.5F;
    options.count_min = 1;
    options.features_max = static_cast<std::size_t>(kIntentTableBytes / (2 * columns));
    const double bins = kIntentTrainBytes / (8 * columns);
    options.bins_log2 = static_cast<unsigned>(std::clamp(std::floor(std::log2(bins)), 14.0, 22.0));
    options.bag_width = 48;
  } else {
    options.label_order.assign(kSentiments.begin(), kSentiments.end());
  }
  const auto set = [&](std::string_view name, auto& target, double min,
                       double max) -> Result<void> {
    auto value = args.number(name, static_cast<double>(target), min, max);
    if (!value) return std::move(value.error());
    target = static_cast<std::remove_reference_t<decltype(target)>>(*value);
    return {};
  };
  if (auto r = set("--features", options.features_max, 1, 2e7); !r) return std::move(r.error());
  if (auto r = set("--epochs", options.epochs, 1, 100); !r) return std::move(r.error());
  if (auto r = set("--min-count", options.count_min, 1, 100); !r) return std::move(r.error());
  if (auto r = set("--bins", options.bins_log2, 10, 24); !r) return std::move(r.error());
  if (auto r = set("--seed", options.seed, 0, 4e9); !r) return std::move(r.error());
  if (auto r = set("--bag", options.bag_width, 0, kBagWidthMax); !r) return std::move(r.error());
  options.bag_features_max =
      static_cast<std::size_t>(kIntentBagBytes / (2 + 2 * static_cast<double>(options.bag_width)));
  if (auto r = set("--bag-features", options.bag_features_max, 1, 2e7); !r) {
    return std::move(r.error());
  }
  return options;
}

// Below which probability an intent is not given: so that at most `refuse` of the turns that have
// one are refused.
Result<void> set_refusal(ModelParts& parts, const std::vector<LabelledText>& rows, double refuse,
                         std::ostream& out) {
  auto intent = Intent::over(std::make_shared<const LinearModel>(parts, ""));
  if (!intent) return std::move(intent.error());
  std::vector<double> doubt;
  Tokens tokens;
  for (const auto& row : rows) {
    if (row.label == kOutOfScope) continue;
    tokenize(row.text, tokens);
    doubt.push_back(-intent->guess(tokens).confidence);
  }
  if (doubt.size() < kCalibrationRowsMin) return {};
  const auto threshold = static_cast<float>(-threshold_at_rate(std::move(doubt), refuse));
  for (auto& one : parts.calibrations) {
    one.thresholded = true;
    one.threshold = threshold;
    out << "kind \"" << one.kind << "\": temperature " << one.temperature << ", refused below "
        << threshold << "\n";
  }
  return {};
}

struct Rates {
  double calm = 0.0075;  // of calm service turns, may be called negative
  double post = 0.2;     // of calm posts that name an account
  double refuse = 0.05;  // of turns with a known intent, may be refused
};

Result<Rates> rates_of(const Arguments& args) {
  Rates rates;
  const auto set = [&](std::string_view name, double& rate, double max) -> Result<void> {
    const auto given = args.number(name, rate, 0, max);
    if (!given) return given.error();
    rate = *given;
    return {};
  };
  if (auto done = set("--rate", rates.calm, 0.5); !done) return done.error();
  if (auto done = set("--post-rate", rates.post, 0.5); !done) return done.error();
  if (auto done = set("--refuse", rates.refuse, 0.9); !done) return done.error();
  return rates;
}

// Scores of rows that are not negative, where a service turn's threshold is to be found.
struct CalmScores {
  std::vector<double> other, english, posts;
};

CalmScores calm_scores(const Sentiment& sentiment, const std::vector<LabelledText>& rows) {
  CalmScores out;
  Sentiment::Scratch scratch;
  for (const auto& row : rows) {
    if (row.label == kSentiments[kNegative]) continue;
    if (row.kind != kServiceKind && row.kind != "social") continue;
    const double score = sentiment.judge(row.text, kServiceKind, scratch).score;
    const bool english = is_english(scratch.tokens);
    if (row.kind == kServiceKind) {
      (english ? out.english : out.other).push_back(score);
    } else if (english && names_account(scratch.tokens)) {
      out.posts.push_back(score);
    }
  }
  return out;
}

// Rounded to nearest, a threshold may let in the very row it was to keep out.
float not_below(double value) {
  const auto rounded = static_cast<float>(value);
  return static_cast<double>(rounded) < value
             ? std::nextafter(rounded, std::numeric_limits<float>::infinity())
             : rounded;
}

// A service turn's calibration, for rows of their own kind.
void add_service(ModelParts& parts, std::string_view kind, float threshold) {
  if (parts.calibrations.size() == kKindsMax) return;
  Calibration added = LinearModel(parts, "").calibration(kServiceKind);
  added.kind = kind;
  added.thresholded = true;
  added.threshold = threshold;
  parts.calibrations.push_back(std::move(added));
}

// One temperature for each kind with enough rows, and one for the rest.
Result<void> calibrate(ModelParts& parts, const std::vector<LabelledText>& rows, const Rates& rates,
                       std::ostream& out) {
  const LinearModel model(parts, "");
  std::map<std::string, std::vector<LabelledProbabilities>> of_kind;
  Tokens tokens;
  for (const auto& row : rows) {
    const std::size_t label = model.index_of(row.label);
    if (label == model.labels().size()) continue;  // a label no training row has
    LabelledProbabilities one{.label = label, .probabilities = {}};
    one.probabilities.resize(model.labels().size());
    tokenize(row.text, tokens);
    model.probabilities(tokens, row.kind, one.probabilities);
    of_kind[""].push_back(one);
    if (!row.kind.empty()) of_kind[row.kind].push_back(std::move(one));
  }
  parts.calibrations.clear();
  for (const auto& [kind, judged] : of_kind) {
    if (!kind.empty() && judged.size() < kCalibrationRowsMin) continue;
    if (parts.calibrations.size() == kKindsMax) break;
    parts.calibrations.push_back({.kind = kind});
    double temperature = best_temperature(judged);
    // Service rows are nearly all calm; being right about those must not make it surer of the rest.
    if (kind == "cs") temperature = std::max(1.0, temperature);
    parts.calibrations.back().temperature = static_cast<float>(temperature);
  }
  if (parts.calibrations.empty()) parts.calibrations.push_back({});
  if (parts.task != "sentiment") return set_refusal(parts, rows, rates.refuse, out);

  // The threshold of service turns lies on the whole score, so it needs the calibrated model.
  auto sentiment = Sentiment::over(std::make_shared<const LinearModel>(parts, ""));
  if (!sentiment) return std::move(sentiment.error());
  CalmScores calm = calm_scores(*sentiment, rows);
  // A hundred rows say little about the last half percent: keep within what was seen to work.
  const auto threshold = [](const std::vector<double>& scores, double rate, double min) {
    return not_below(std::clamp(threshold_at_rate(scores, rate), min, kThresholdMax));
  };
  const bool apart = calm.other.size() >= kCalmRowsMin && calm.english.size() >= kCalmRowsMin;
  if (!apart) calm.other.insert(calm.other.end(), calm.english.begin(), calm.english.end());
  for (auto& one : parts.calibrations) {
    if (one.kind != kServiceKind && !one.kind.empty()) continue;
    one.thresholded = true;
    one.threshold = threshold(calm.other, rates.calm, kThresholdMin);
  }
  if (apart) {
    add_service(parts, kEnglishService, threshold(calm.english, rates.calm, kThresholdMin));
  }
  if (calm.posts.size() >= kCalmRowsMin) {
    add_service(parts, kEnglishPost, threshold(calm.posts, rates.post, kPostThresholdMin));
  }
  for (const auto& one : parts.calibrations) {
    out << "kind \"" << one.kind << "\": temperature " << one.temperature;
    if (one.thresholded) out << ", threshold " << one.threshold;
    out << "\n";
  }
  return {};
}

std::string percent(std::size_t part, std::size_t all) {
  char text[32];
  std::snprintf(
      text, sizeof text, "%.1f %%",
      100 * static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(1, all)));
  return text;
}

std::string number_text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", number);
  return text;
}

std::string report_of(const Comparison& seen, bool compared) {
  std::string out = "held out: " + std::to_string(seen.rows) + " rows, right " +
                    percent(seen.new_right, seen.rows) + ", mean recall of the labels " +
                    number_text(seen.new_recall);
  if (!compared) return out + "\n";
  return out + "; the model before: " + percent(seen.old_right, seen.rows) + ", " +
         number_text(seen.old_recall) + "\nonly the new one is right on " +
         std::to_string(seen.only_new) + " rows, only the other on " +
         std::to_string(seen.only_old) + ": by luck with a probability of " +
         number_text(seen.luck) + "\n";
}

std::string card_of(const std::string& path, const LinearModel& model, const std::string& base,
                    std::size_t rows, const std::string& report) {
  return "# " + std::filesystem::path(path).filename().string() + "\n\nVersion `" +
         std::string(model.version()) + "`, " + std::to_string(model.labels().size()) +
         " labels, learnt from " + std::to_string(rows) + " rows" +
         (base.empty() ? "" : " as an addition to `" + base + "`") + ".\n\n" + report;
}

struct Plan {
  std::string task, path, base_path;
  std::shared_ptr<const LinearModel> base;   // to be corrected; null: trained from nothing
  std::shared_ptr<const LinearModel> older;  // to be better than; null: whatever comes is taken
  double held_out = 0;
};

Result<Plan> plan_of(const Arguments& args) {
  Plan plan{.task = args.plain().front(),
            .path = *args.last("-o"),
            .base_path = args.last("--base").value_or(""),
            .base = {},
            .older = {}};
  const auto held_out = args.number("--held-out", 0, 0, 0.9);
  if (!held_out) return held_out.error();
  plan.held_out = *held_out;
  if (const auto base = args.last("--base")) {
    auto model = LinearModel::from_file(*base);
    if (!model) return std::move(model.error());
    if ((*model)->parts().task != plan.task) {
      return Error{.code = Errc::misconfigured,
                   .detail = *base + ": a model for " + (*model)->parts().task};
    }
    plan.base = plan.older = std::move(*model);
    if (!plan.base->parts().delta.scales.empty()) {  // what it was taught is to be beaten, not kept
      ModelParts plain = plan.base->parts();
      plain.delta = {};
      std::string version(plan.base->version());
      plan.base = std::make_shared<const LinearModel>(std::move(plain), std::move(version));
    }
  }
  std::error_code failed;
  if (plan.held_out > 0 && std::filesystem::exists(plan.path, failed)) {
    if (auto model = LinearModel::from_file(plan.path)) plan.older = std::move(*model);
  }
  return plan;
}

Result<ModelParts> train_parts(const Plan& plan, const RowSource& source,
                               const TrainOptions& options) {
  if (!plan.base) return train_model(source.samples(), options);
  auto delta = train_delta(source.samples(), plan.base->parts().labels, options);
  if (!delta) return std::move(delta.error());
  ModelParts parts = plan.base->parts();
  parts.delta = std::move(*delta);
  return parts;
}

// So that one step leads back from the first correction too: to what was corrected.
Result<void> keep_base(const Plan& plan) {
  std::error_code failed;
  if (plan.base_path.empty() || std::filesystem::exists(plan.path, failed)) return {};
  std::filesystem::copy_file(plan.base_path, plan.path, failed);
  if (!failed) return {};
  return Error{.code = Errc::unavailable, .detail = plan.path + ": cannot be written"};
}

// 0: written; kNotAdopted: measured, and no better than what is there.
Result<int> train(const Arguments& args, std::ostream& out) {
  auto plan = plan_of(args);
  if (!plan) return std::move(plan.error());
  const auto dev_files = args.all("--dev");
  RowSource source(plan->task, !dev_files.empty() || plan->base, plan->held_out);
  if (plan->base) source.correct(plan->base);
  if (auto kinds = source.set_kinds(args); !kinds) return std::move(kinds.error());
  for (std::size_t i = 1; i < args.plain().size(); ++i) {
    if (auto read = source.read(args.plain()[i], false); !read) return std::move(read.error());
  }
  for (const auto& file : dev_files) {
    if (auto read = source.read(file, true); !read) return std::move(read.error());
  }
  for (const auto& file : args.all("--guard")) {
    if (auto read = source.read_guard(file); !read) return std::move(read.error());
  }
  auto options = options_of(args, plan->task, source.samples().labels().size());
  if (!options) return std::move(options.error());
  if (plan->task == "sentiment" && !plan->base &&
      source.samples().labels().size() < kSentiments.size()) {
    return Error{.code = Errc::rejected,
                 .detail = "training: sentiment needs rows of negative, neutral and positive"};
  }
  const auto rates = rates_of(args);
  if (!rates) return rates.error();
  auto parts = train_parts(*plan, source, *options);
  if (!parts) return std::move(parts.error());
  if (!plan->base) {  // a correction keeps the calibration of what it corrects
    if (auto done = calibrate(*parts, source.dev(), *rates, out); !done) {
      return std::move(done.error());
    }
  }
  const std::string bytes = LinearModel::to_bytes(*parts);
  auto stored = LinearModel::from_bytes(bytes);
  if (!stored) return std::move(stored.error());
  if (plan->held_out > 0) {
    const auto seen = compare_models(plan->older, *stored, source.kept_apart());
    if (!seen) return seen.error();
    const std::string report = report_of(*seen, plan->older != nullptr);
    out << report;
    if (plan->older && !seen->better()) {
      out << plan->path << ": not adopted, no better than the model before\n";
      return kNotAdopted;
    }
    if (!source.guard().empty() && plan->older) {
      const auto kept = compare_models(plan->older, *stored, source.guard());
      if (!kept) return kept.error();
      out << "guard: " << kept->rows << " rows, " << kept->only_old << " only the model before, "
          << kept->only_new << " only the new one is right on\n";
      if (kept->only_old > kept->only_new && luck_of(kept->only_old, kept->only_new) < kLuckMax) {
        out << plan->path << ": not adopted, worse on the rows of --guard\n";
        return kNotAdopted;
      }
    }
    if (auto kept = keep_base(*plan); !kept) return std::move(kept.error());
    const std::string base = plan->base ? std::string(plan->base->version()) : std::string();
    const std::string card = card_of(plan->path, **stored, base, source.samples().size(), report);
    if (auto done = adopt(plan->path, bytes, card); !done) return std::move(done.error());
  } else if (auto written = write_whole(plan->path, bytes); !written) {
    return std::move(written.error());
  }
  out << plan->path << ": " << (*stored)->version() << ", " << source.samples().size() << " rows, "
      << parts->labels.size() << " labels, " << bytes.size() << " bytes\n";
  return 0;
}

}  // namespace

int run_train(const std::vector<std::string>& args, std::istream&, std::ostream& out,
              std::ostream& err) {
  const auto parsed = Arguments::parse(
      args, {"-o", "--kind", "--also", "--dev", "--rate", "--features", "--epochs", "--min-count",
             "--bins", "--seed", "--bag", "--bag-features", "--refuse", "--base", "--held-out",
             "--rollback", "--guard", "--post-rate"});
  const auto wrong = [&](std::string_view why) {
    err << "train: " << why << "\n" << kUsage;
    return 2;
  };
  const auto failed = [&](const Error& error) {
    if (error.code == Errc::rejected) return wrong(error.detail);
    err << "train: " << error.detail << "\n";
    return 1;
  };
  if (!parsed) return wrong(parsed.error().detail);
  if (const auto path = parsed->last("--rollback")) {
    if (const auto done = roll_back(*path); !done) return failed(done.error());
    out << *path << ": the model before is back in its place\n";
    return 0;
  }
  const auto& plain = parsed->plain();
  if (plain.empty() || (plain[0] != "sentiment" && plain[0] != "intent")) {
    return wrong("the first word says what to train: sentiment or intent");
  }
  if (plain.size() < 2) return wrong("needs a file of rows");
  if (!parsed->last("-o")) return wrong("needs -o FILE");
  const auto done = train(*parsed, out);
  return done ? *done : failed(done.error());
}

}  // namespace parley::routing
