// Any bytes as the process's file, a tenant's, and a tenant's questions: taken, or refused with a
// line for every mistake.
#include "config/config.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/faq_file.hpp"
#include "config/problems.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::config {
namespace {

namespace fs = std::filesystem;

// A file in memory where there is such a place.
class Scratch {
 public:
  Scratch() {
    const fs::path memory = "/dev/shm";
    const fs::path where = fs::is_directory(memory) ? memory : fs::temp_directory_path();
    path_ = (where / ("parley-fuzz-" + std::to_string(::getpid()) + ".toml")).string();
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  const std::string& write(std::string_view bytes) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
    return path_;
  }

 private:
  std::string path_;
};

}  // namespace

PARLEY_FUZZ_TARGET(config) {
  static Scratch scratch;
  fuzz::Choices choices(bytes);
  const auto what = choices.below(4);
  const auto rest = choices.rest();
  if (what == 0) {
    const auto process = load_process(scratch.write(rest));
    fuzz::expect(process || !process.error().detail.empty(), "refused without a word", rest);
  } else if (what == 1) {
    const auto tenant = load_tenant(scratch.write(rest), {});
    fuzz::expect(tenant || !tenant.error().detail.empty(), "refused without a word", rest);
  } else {
    Problems problems("faq");
    const auto entries = read_faq(rest, what == 2 ? "faq.tsv" : "faq.toml", problems);
    if (problems.empty() && !entries.empty()) {
      const auto faq = routing::Faq::build(entries);
      if (faq) (*faq)->search("hello", 3);
    }
  }
}

}  // namespace parley::config
