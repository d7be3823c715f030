// routing/text/tool_train.cpp
// `train`: reads labelled files, trains, calibrates on rows kept apart, writes one file.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>

#include "base/crypto.hpp"
#include "routing/text/arguments.hpp"
#include "routing/text/rows.hpp"
#include "routing/text/sentiment.hpp"
#include "routing/text/tools.hpp"
#include "routing/text/train.hpp"

namespace parley::routing {
namespace {

constexpr std::string_view kUsage =
    "train sentiment|intent TRAIN.tsv... -o FILE\n"
    "  A line is \"label<TAB>text\"; the labels of sentiment are negative, neutral, positive.\n"
    "  --kind PART=KIND  files whose name contains PART have the text kind KIND. Without it the\n"
    "                    name tells: -review, -social, -chat, else cs (-cs, -queries). A text may\n"
    "                    begin with its own, \"@@KIND \". Intents have no kind unless told.\n"
    "  --also PART=KIND  rows of such files are learnt a second time, as of KIND\n"
    "  --dev FILE        calibrates on these rows (repeatable); without it on 4 % of the others\n"
    "  --rate R          share of calm service turns that may be called negative (0.0075)\n"
    "  --features N      features kept in the file (1000000; intents: by their labels)\n"
    "  --epochs N        passes over the rows (3; intents 20)\n"
    "  --min-count N     rarer features are dropped (2; intents 1)\n"
    "  --bins N          2^N bins while training (22; intents by their labels)\n"
    "  --seed N          order of the rows (20)\n";

constexpr std::size_t kCalibrationRowsMin = 30;
constexpr unsigned kHeldOutOf = 25;  // one row in this many calibrates
constexpr double kIntentTableBytes = 24e6;
constexpr double kIntentTrainBytes = 800e6;
constexpr double kThresholdMin = -1.4, kThresholdMax = 2.0;

struct DevRow {
  std::string label, kind, text;
};

// Every training and calibration row, read from files named on the command line.
class RowSource {
 public:
  RowSource(std::string task, bool has_dev) : task_(std::move(task)), has_dev_(has_dev) {}

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
      const bool held_out = !has_dev_ && xxh3_64(row.right) % kHeldOutOf == 0;
      if (dev || held_out) {
        dev_.push_back({std::string(row.left), std::string(kind), std::string(text)});
        return {};
      }
      samples_.add(row.left, kind, text);
      for (const auto& other : also) samples_.add(row.left, other, text);
      return {};
    });
  }

  const SampleSet& samples() const noexcept { return samples_; }
  const std::vector<DevRow>& dev() const noexcept { return dev_; }

 private:
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
  Pairs kinds_, also_;
  SampleSet samples_;
  std::vector<DevRow> dev_;
  std::size_t rows_ = 0;
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
    options.count_min = 1;
    options.features_max = static_cast<std::size_t>(kIntentTableBytes / (2 * columns));
    const double bins = kIntentTrainBytes / (8 * columns);
    options.bins_log2 = static_cast<unsigned>(std::clamp(std::floor(std::log2(bins)), 14.0, 22.0));
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
  return options;
}

// One temperature for each kind with enough rows, and one for the rest.
Result<void> calibrate(ModelParts& parts, const std::vector<DevRow>& rows, double rate,
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
  if (parts.task != "sentiment") return {};

  // The threshold of service turns lies on the whole score, so it needs the calibrated model.
  auto sentiment = Sentiment::over(std::make_shared<const LinearModel>(parts, ""));
  if (!sentiment) return std::move(sentiment.error());
  Sentiment::Scratch scratch;
  std::vector<double> calm;
  for (const auto& row : rows) {
    if (row.kind != "cs" || row.label == kSentiments[kNegative]) continue;
    calm.push_back(sentiment->judge(row.text, row.kind, scratch).score);
  }
  for (auto& one : parts.calibrations) {
    if (one.kind != "cs" && !one.kind.empty()) continue;
    one.thresholded = true;
    // A hundred rows say little about the last half percent: keep within what was seen to work.
    one.threshold =
        static_cast<float>(std::clamp(threshold_at_rate(calm, rate), kThresholdMin, kThresholdMax));
  }
  for (const auto& one : parts.calibrations) {
    out << "kind \"" << one.kind << "\": temperature " << one.temperature;
    if (one.thresholded) out << ", threshold " << one.threshold;
    out << "\n";
  }
  return {};
}

// Whole or not at all: a new file beside the old one, then renamed over it.
Result<void> write_file(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  {
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.flush();
    if (!file) {
      std::remove(fresh.c_str());
      return Error{.code = Errc::unavailable, .detail = path + ": cannot be written"};
    }
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0) {
    std::remove(fresh.c_str());
    return Error{.code = Errc::unavailable, .detail = path + ": cannot be replaced"};
  }
  return {};
}

Result<void> train(const Arguments& args, std::ostream& out) {
  const std::string& task = args.plain().front();
  const auto dev_files = args.all("--dev");
  RowSource source(task, !dev_files.empty());
  if (auto kinds = source.set_kinds(args); !kinds) return kinds;
  for (std::size_t i = 1; i < args.plain().size(); ++i) {
    if (auto read = source.read(args.plain()[i], false); !read) return read;
  }
  for (const auto& file : dev_files) {
    if (auto read = source.read(file, true); !read) return read;
  }
  auto options = options_of(args, task, source.samples().labels().size());
  if (!options) return std::move(options.error());
  if (task == "sentiment" && source.samples().labels().size() < kSentiments.size()) {
    return Error{.code = Errc::rejected,
                 .detail = "training: sentiment needs rows of negative, neutral and positive"};
  }
  const auto rate = args.number("--rate", 0.0075, 0, 0.5);
  if (!rate) return rate.error();
  auto parts = train_model(source.samples(), *options);
  if (!parts) return std::move(parts.error());
  if (auto done = calibrate(*parts, source.dev(), *rate, out); !done) return done;
  const std::string bytes = LinearModel::to_bytes(*parts);
  const std::string path = *args.last("-o");
  if (auto written = write_file(path, bytes); !written) return written;
  auto stored = LinearModel::from_bytes(bytes);
  if (!stored) return std::move(stored.error());
  out << path << ": " << (*stored)->version() << ", " << source.samples().size() << " rows, "
      << parts->labels.size() << " labels, " << bytes.size() << " bytes\n";
  return {};
}

}  // namespace

int run_train(const std::vector<std::string>& args, std::istream&, std::ostream& out,
              std::ostream& err) {
  const auto parsed =
      Arguments::parse(args, {"-o", "--kind", "--also", "--dev", "--rate", "--features", "--epochs",
                              "--min-count", "--bins", "--seed"});
  const auto wrong = [&](std::string_view why) {
    err << "train: " << why << "\n" << kUsage;
    return 2;
  };
  if (!parsed) return wrong(parsed.error().detail);
  const auto& plain = parsed->plain();
  if (plain.empty() || (plain[0] != "sentiment" && plain[0] != "intent")) {
    return wrong("the first word says what to train: sentiment or intent");
  }
  if (plain.size() < 2) return wrong("needs a file of rows");
  if (!parsed->last("-o")) return wrong("needs -o FILE");
  if (const auto done = train(*parsed, out); !done) {
    if (done.error().code == Errc::rejected) return wrong(done.error().detail);
    err << "train: " << done.error().detail << "\n";
    return 1;
  }
  return 0;
}

}  // namespace parley::routing
