#include "gateway/cli/cases/cases.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <ostream>
#include <set>

#include "gateway/cli/cases/case_file.hpp"

namespace parley::gateway {
namespace {

namespace fs = std::filesystem;
using cli::Verdict;

struct Tally {
  std::size_t passed = 0, failed = 0;
};

class Runner {
 public:
  Runner(std::string platform, std::ostream& out) : platform_(std::move(platform)), out_(out) {}

  void run(const std::string& path) {
    auto one = cli::read_case(path);
    if (!one) return fail(platform_of(path), path, {one.error().detail});
    if (!platform_.empty() && one->platform != platform_ &&
        one->root.text_or("channel", "") != platform_) {
      return;
    }
    const auto* entry = connectors::builtin_registry().find(one->platform);
    if (entry == nullptr) {
      if (!platform_.empty()) return fail(one->platform, path, {"no connector for this platform"});
      ++not_supported_;
      return;
    }
    const Verdict verdict =
        one->outbound ? cli::run_outbound_case(*one, *entry) : cli::run_webhook_case(*one, *entry);
    for (const auto& field : verdict.not_compared) ++not_compared_[field];
    if (!verdict.differences.empty()) return fail(one->platform, path, verdict.differences);
    ++tallies_[one->platform].passed;
  }

  void fail(const std::string& platform, const std::string& path,
            const std::vector<std::string>& reasons) {
    ++tallies_[platform].failed;
    out_ << "FAIL " << fs::path(path).stem().string() << ": ";
    for (std::size_t i = 0; i < reasons.size(); ++i) out_ << (i > 0 ? "; " : "") << reasons[i];
    out_ << "\n";
  }

  int summary() {
    Tally all;
    for (const auto& [platform, tally] : tallies_) {
      out_ << platform << ": " << tally.passed << " passed, " << tally.failed << " failed\n";
      all.passed += tally.passed;
      all.failed += tally.failed;
    }
    if (not_supported_ > 0) out_ << "not supported: " << not_supported_ << "\n";
    if (!not_compared_.empty()) {
      out_ << "not compared:";
      for (const auto& [field, count] : not_compared_) out_ << " " << field << " (" << count << ")";
      out_ << "\n";
    }
    out_ << all.passed << " passed, " << all.failed << " failed\n";
    if (all.passed + all.failed == 0) out_ << "no case ran\n";
    return all.failed == 0 && all.passed > 0 ? 0 : 1;
  }

 private:
  // A file that cannot be read still has a name: "<platform>__<what>.json".
  static std::string platform_of(const std::string& path) {
    const std::string name = fs::path(path).stem().string();
    return name.substr(0, name.find("__"));
  }

  std::string platform_;
  std::ostream& out_;
  std::map<std::string, Tally> tallies_;
  std::map<std::string, std::size_t> not_compared_;
  std::size_t not_supported_ = 0;
};

// The case files under a path, in order of name.
std::set<std::string> files_under(const std::string& path, std::string& problem) {
  std::set<std::string> files;
  std::error_code error;
  if (fs::is_regular_file(path, error)) {
    files.insert(path);
    return files;
  }
  fs::recursive_directory_iterator it(path, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it->is_directory() && it->path().filename() == "vectors") it.disable_recursion_pending();
    if (!it->is_regular_file() || it->path().extension() != ".json") continue;
    files.insert(it->path().string());
    if (files.size() > kCasesMax) break;
  }
  if (error) problem = path + ": " + error.message();
  return files;
}

}  // namespace

int run_cases(const std::vector<std::string>& paths, const std::string& platform,
              std::ostream& out) {
  Runner runner(platform, out);
  for (const auto& path : paths) {
    std::string problem;
    const auto files = files_under(path, problem);
    if (!problem.empty()) {
      out << problem << "\n";
      return 1;
    }
    for (const auto& file : files) runner.run(file);
  }
  return runner.summary();
}

}  // namespace parley::gateway
