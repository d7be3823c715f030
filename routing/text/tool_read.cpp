// routing/text/tool_read.cpp
// `classify` and `retrieve`: one text a line in, one answer a line out.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>
#include <istream>
#include <ostream>

#include "routing/faq.hpp"
#include "routing/text/arguments.hpp"
#include "routing/text/intent.hpp"
#include "routing/text/rows.hpp"
#include "routing/text/sentiment.hpp"
#include "routing/text/tools.hpp"

namespace parley::routing {
namespace {

constexpr std::string_view kClassifyUsage =
    "classify --task sentiment|intent [--model FILE] [--kind cs|social|review|chat] < TEXTS\n"
    "  One text a line; writes \"label<TAB>label=probability ...\" a line. --model may be left "
    "out\n"
    "  (models/sentiment.plm, models/intent.plm); without --kind a text is a service turn (cs).\n"
    "  --passes N: all texts N times more, and how long one takes on the standard error.\n";
constexpr std::string_view kRetrieveUsage =
    "retrieve DOCS.tsv [-k 5] < QUERIES\n"
    "  DOCS has lines \"id<TAB>question\"; one query a line; writes \"id=score ...\" a line, best\n"
    "  first, separated by tabs.\n";
constexpr double kCountMax = 1'000, kPassesMax = 1'000;

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.5f", value);
  return text;
}

void write_answer(std::ostream& out, std::span<const std::string> labels,
                  std::span<const double> probabilities, std::string_view label) {
  out << label << '\t';
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) out << ' ';
    out << labels[i] << '=' << shown(probabilities[i]);
  }
  out << '\n';
}

// This thread's own time: what else the machine does meanwhile is not in it.
double processor_us() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// What one text costs, from raw UTF-8 to its label, after a first pass that warmed everything up.
class Stopwatch {
 public:
  Stopwatch(std::size_t passes, std::ostream& err) : passes_(passes), err_(err) {}
  void heard(const std::string& line) {
    if (passes_ > 0) lines_.push_back(line);
  }

  void run(const std::function<void(const std::string&)>& judge) {
    if (lines_.empty()) return;
    std::vector<double> took;
    took.reserve(passes_ * lines_.size());
    for (std::size_t pass = 0; pass < passes_; ++pass) {
      for (const auto& line : lines_) {
        const double start = processor_us();
        judge(line);
        took.push_back(processor_us() - start);
      }
    }
    std::ranges::sort(took);
    const auto at = [&](double part) {
      return took[std::min(took.size() - 1,
                           static_cast<std::size_t>(part * static_cast<double>(took.size())))];
    };
    char text[160];
    std::snprintf(text, sizeof text, "%zu texts: p50 %.1f us, p99 %.1f us, p99.9 %.1f us\n",
                  lines_.size(), at(0.5), at(0.99), at(0.999));
    err_ << text;
  }

 private:
  std::size_t passes_;
  std::ostream& err_;
  std::vector<std::string> lines_;
};

void classify_sentiment(const Sentiment& sentiment, const std::string& kind, std::istream& in,
                        std::ostream& out, Stopwatch watch) {
  Sentiment::Scratch scratch;
  std::string line;
  while (read_line(in, line)) {
    const Judgement judgement = sentiment.judge(line, kind, scratch);
    write_answer(out, sentiment.model().labels(), judgement.probabilities,
                 kSentiments[judgement.label]);
    watch.heard(line);
  }
  watch.run([&](const std::string& text) { sentiment.judge(text, kind, scratch); });
}

void classify_intent(const Intent& intent, std::istream& in, std::ostream& out, Stopwatch watch) {
  Tokens tokens;
  std::vector<double> probabilities(intent.model().labels().size());
  std::string line;
  while (read_line(in, line)) {
    tokenize(line, tokens);
    intent.model().probabilities(tokens, "", probabilities);
    write_answer(out, intent.model().labels(), probabilities, intent.guess(tokens).label);
    watch.heard(line);
  }
  watch.run([&](const std::string& text) {
    tokenize(text, tokens);
    intent.guess(tokens);
  });
}

}  // namespace

std::string default_model(std::string_view task) {
  const std::string name = "models/" + std::string(task) + ".plm";
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path();
  // Here, in the source tree the program was built in, or where the package puts it.
  for (const auto& place : {std::filesystem::path("."), program / "../..", program / "../../..",
                            program / "../share/parley"}) {
    if (std::filesystem::exists(place / name, failed)) {
      return (place / name).lexically_normal().string();
    }
  }
  return name;
}

int run_classify(const std::vector<std::string>& args, std::istream& in, std::ostream& out,
                 std::ostream& err) {
  const auto wrong = [&](std::string_view why) {
    err << "classify: " << why << "\n" << kClassifyUsage;
    return 2;
  };
  const auto failed = [&](const Error& error) {
    err << "classify: " << error.detail << "\n";
    return 1;
  };
  const auto parsed = Arguments::parse(args, {"--task", "--model", "--kind", "--passes"});
  if (!parsed) return wrong(parsed.error().detail);
  if (!parsed->plain().empty()) return wrong("texts come from the standard input");
  const std::string task = parsed->last("--task").value_or("");
  if (task != "sentiment" && task != "intent") return wrong("--task is sentiment or intent");
  const std::string kind = parsed->last("--kind").value_or("");
  if (task == "sentiment" && !kind.empty() && usable_kind(kind) != kind) {
    return wrong("--kind is cs, social, review or chat");
  }
  const auto passes = parsed->number("--passes", 0, 0, kPassesMax);
  if (!passes) return wrong(passes.error().detail);
  const Stopwatch watch(static_cast<std::size_t>(*passes), err);
  auto path = parsed->last("--model");
  if (!path) path = default_model(task);

  auto model = LinearModel::from_file(*path);
  if (!model) return failed(model.error());
  if ((*model)->parts().task != task) {
    return failed({.code = Errc::misconfigured,
                   .detail = *path + ": a model for " + (*model)->parts().task + ", not " + task});
  }
  if (task == "intent") {
    const auto intent = Intent::over(std::move(*model));
    if (!intent) return failed(intent.error());
    classify_intent(*intent, in, out, watch);
  } else {
    const auto sentiment = Sentiment::over(std::move(*model));
    if (!sentiment) return failed(sentiment.error());
    classify_sentiment(*sentiment, kind, in, out, watch);
  }
  out.flush();
  return out ? 0 : 1;
}

int run_retrieve(const std::vector<std::string>& args, std::istream& in, std::ostream& out,
                 std::ostream& err) {
  const auto wrong = [&](std::string_view why) {
    err << "retrieve: " << why << "\n" << kRetrieveUsage;
    return 2;
  };
  const auto parsed = Arguments::parse(args, {"-k"});
  if (!parsed) return wrong(parsed.error().detail);
  if (parsed->plain().size() != 1) return wrong("needs one file of questions");
  const auto count = parsed->number("-k", 5, 1, kCountMax);
  if (!count) return wrong(count.error().detail);

  std::vector<FaqEntry> entries;
  const std::string& path = parsed->plain().front();
  const auto read = read_rows(path, "id<TAB>question", [&](const Row& row) -> Result<void> {
    entries.push_back(
        {.id = std::string(row.left), .questions = {std::string(row.right)}, .answer = {}});
    return {};
  });
  const auto faq =
      read ? Faq::build(std::move(entries)) : Result<std::shared_ptr<const Faq>>(read.error());
  if (!faq) {
    err << "retrieve: " << faq.error().detail << "\n";
    return 1;
  }
  std::string line;
  while (read_line(in, line)) {
    bool first = true;
    for (const auto& hit : (*faq)->search(line, static_cast<std::size_t>(*count))) {
      if (!first) out << '\t';
      first = false;
      out << (*faq)->entry(hit.entry).id << '=' << shown(hit.score);
    }
    out << '\n';
  }
  out.flush();
  return out ? 0 : 1;
}

}  // namespace parley::routing
