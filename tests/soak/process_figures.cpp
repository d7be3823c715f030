#include "tests/soak/process_figures.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/plain_http.hpp"

namespace parley::test::soak {
namespace {

namespace fs = std::filesystem;

// The sum over all labels; 0 when it is not there.
double metric(const std::string& text, const std::string& name) {
  double sum = 0;
  for (auto at = text.find("\n" + name); at != std::string::npos;
       at = text.find("\n" + name, at + 1)) {
    const char next = text[at + 1 + name.size()];
    if (next != ' ' && next != '{') continue;
    const auto end = text.find('\n', at + 1);
    const auto space = text.rfind(' ', end);
    sum += std::stod(text.substr(space + 1, end - space - 1));
  }
  return sum;
}

}  // namespace

Figures figures_of(pid_t pid, std::uint16_t admin_port) {
  Figures out;
  const std::string proc = "/proc/" + std::to_string(pid);
  double pages = 0, resident = 0;
  std::ifstream(proc + "/statm") >> pages >> resident;
  out.rss_mib = resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(proc + "/fd", gone)) {
    const bool socket = fs::read_symlink(entry.path(), gone).string().starts_with("socket:");
    ++(socket ? out.sockets : out.files);
  }
  for ([[maybe_unused]] const auto& task : fs::directory_iterator(proc + "/task", gone)) {
    ++out.threads;
  }
  const auto page = "\n" + ask(admin_port, "GET", "/metrics", {}, "").body;
  out.commands = metric(page, "parley_commands_waiting_count");
  out.commits = metric(page, "parley_commits_waiting_count");
  out.sends = metric(page, "parley_sends_waiting_count");
  out.connections = metric(page, "http_connections_count");
  out.calls_out = metric(page, "http_client_connections_count");
  return out;
}

double median(const std::vector<Figures>& samples, double Figures::* of, std::size_t from,
              std::size_t to) {
  std::vector<double> values;
  for (auto i = from; i < to && i < samples.size(); ++i) values.push_back(samples[i].*of);
  if (values.empty()) return 0;
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

}  // namespace parley::test::soak
