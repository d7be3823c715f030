// ./dev bench: measures what the numbers table promises and writes it as JSON: one entry a row,
// {"name","value","unit","target","met"}. A row that could not be measured says so and is not met.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>

#include "base/json_writer.hpp"
#include "bench/child.hpp"
#include "bench/decision.hpp"
#include "bench/load.hpp"
#include "bench/parse.hpp"
#include "bench/preload.hpp"

namespace parley::bench {
namespace {

namespace fs = std::filesystem;

struct Row {
  std::string name;
  double value = 0;
  std::string unit, target;
  bool met = false;
  std::string note;
};

class Report {
 public:
  void add(Row row) {
    std::cout << (row.met ? "  met     " : "  NOT MET ") << row.name << " = " << row.value << ' '
              << row.unit << "  (target " << row.target << ") " << row.note << std::endl;
    rows_.push_back(std::move(row));
  }
  void write(const std::string& path) const {
    JsonWriter out;
    out.begin_array();
    for (const Row& row : rows_) {
      out.begin_object()
          .member("name", row.name)
          .member("value", row.value)
          .member("unit", row.unit)
          .member("target", row.target)
          .member("met", row.met);
      if (!row.note.empty()) out.member("note", row.note);
      out.end_object();
    }
    out.end_array();
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << out.text() << '\n';
  }

 private:
  std::vector<Row> rows_;
};

// A gateway's directory: one tenant with a telegram and a web chat channel.
class Site {
 public:
  explicit Site(const std::string& default_outcome, bool with_model) {
    std::string name = (fs::temp_directory_path() / "parley-bench-XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
    fs::create_directories(dir_ + "/tenants");
    std::ofstream(dir_ + "/parley.toml")
        << "tenants = \"tenants\"\n"
        << (with_model ? "model = \"" + std::string(PARLEY_SOURCE_DIR) + "/models/sentiment.plm\"\n"
                       : std::string("model = \"\"\n"))
        << "[http]\nport = 0\n[admin]\nport = 0\n[storage]\npath = \"" << dir_
        << "/data\"\n[client]\nprivate_hosts_allowed = [\"127.0.0.1\"]\n[log]\nlevel = \"error\"\n";
    std::ofstream(dir_ + "/tenants/faq.tsv")
        << "What are your opening hours?\tWe are open from 9 to 18.\n";
    std::ofstream(dir_ + "/tenants/bench.toml")
        << "[tenant]\nid = \"bench\"\nname = \"Bench\"\nallow_literal_secrets = true\ndefault = \""
        << default_outcome
        << "\"\nhuman_queue = \"service\"\n"
           "[[channel]]\nid = \"tg\"\nplatform = \"telegram\"\napi_base = \"http://127.0.0.1:1\"\n"
           "bot_token = \"1:bench\"\nsecret_token = \"bench-secret\"\n"
           "[[channel]]\nid = \"web\"\nplatform = \"webchat\"\n"
           "visitor_secret = \"bench-visitor-secret-0123456789\"\n"
           "[[queue]]\nid = \"service\"\nname = \"Service\"\n"
           "[[bot]]\nid = \"faq\"\nkind = \"faq\"\nfile = \"faq.tsv\"\nfallback_queue = "
           "\"service\"\n"
           "[[api_key]]\nid = \"admin\"\ntoken = \"bench-admin\"\nscopes = [\"admin\"]\n";
  }
  ~Site() {
    std::error_code ignored;
    fs::remove_all(dir_, ignored);
  }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  std::vector<std::string> serve() const {
    return {PARLEY_BINARY, "serve", "--config", dir_ + "/parley.toml"};
  }
  std::string data() const { return dir_ + "/data"; }

 private:
  std::string dir_;
};

std::string webhook_request(std::uint64_t number, std::uint64_t offset) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const std::string user = std::to_string(1'000'000 + number % 5'000);
  const std::string id = std::to_string(offset + number);
  const std::string body =
      R"({"update_id":)" + id + R"(,"message":{"message_id":)" + id + R"(,"date":)" +
      std::to_string(now) + R"(,"from":{"id":)" + user +
      R"(,"is_bot":false,"first_name":"Nic","language_code":"en"},"chat":{"id":)" + user +
      R"(,"first_name":"Nic","type":"private"},"text":"Hello, where is my parcel? It was ordered last week."}})";
  return "POST /webhooks/bench/tg HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
         "X-Telegram-Bot-Api-Secret-Token: bench-secret\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

double fdatasync_p99_ms() {
  std::string name = (fs::temp_directory_path() / "parley-sync-XXXXXX").string();
  const int file = ::mkstemp(name.data());
  std::vector<double> times;
  const std::string bytes(600, 'x');
  for (int i = 0; i < 300; ++i) {
    const auto start = std::chrono::steady_clock::now();
    if (::write(file, bytes.data(), bytes.size()) < 0 || ::fdatasync(file) != 0) break;
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
            .count());
  }
  ::close(file);
  fs::remove(name);
  return percentiles(std::move(times)).p99_ms;
}

// What a turn costs the gateway, wherever its processors' time goes besides: other work on the
// machine hardly changes it.
std::string cpu_note(const Child& gateway, double before_s, const LoadResult& load) {
  const double spent_us = (gateway.cpu_seconds() - before_s) * 1e6;
  return ", cpu_us_per_turn " + std::to_string(spent_us / static_cast<double>(load.requests));
}

void measure_ingest(Report& report) {
  LoadOptions options;
  options.connections = 256;
  double bare_rate = 0, bare_p99 = 0;
  {
    Child bare({BARE_BINARY});
    options.port = bare.port();
    options.request = [](std::uint64_t n) { return webhook_request(n, 1); };
    bare_rate = run_load(options).per_second;
  }
  Site site("queue:service", true);
  Child gateway(site.serve());
  options.port = gateway.port();
  double cpu_before = gateway.cpu_seconds();
  const auto full = run_load(options);
  report.add({"ingest_ratio_256", full.per_second / bare_rate, "ratio", ">= 0.7",
              full.per_second / bare_rate >= 0.7 && full.errors == 0,
              std::to_string(static_cast<int>(full.per_second)) + "/s of " +
                  std::to_string(static_cast<int>(bare_rate)) + "/s bare, " +
                  std::to_string(full.errors) + " errors, p99 " +
                  std::to_string(full.latency.p99_ms) + " ms" +
                  cpu_note(gateway, cpu_before, full)});
  const double half = full.per_second / 2;
  options.rate_per_s = half;
  options.request = [](std::uint64_t n) { return webhook_request(n, 500'000'000); };
  cpu_before = gateway.cpu_seconds();
  const auto calm = run_load(options);
  const auto calm_cost = cpu_note(gateway, cpu_before, calm);
  {
    Child bare({BARE_BINARY});
    LoadOptions same = options;
    same.port = bare.port();
    bare_p99 = run_load(same).latency.p99_ms;
  }
  const double sync = fdatasync_p99_ms();
  const double ratio = std::max(0.0, calm.latency.p99_ms - sync) / bare_p99;
  report.add({"ack_p99_ratio", ratio, "ratio", "<= 3", ratio <= 3 && calm.errors == 0,
              "p50 " + std::to_string(calm.latency.p50_ms) + " ms, p99 " +
                  std::to_string(calm.latency.p99_ms) + " ms at " +
                  std::to_string(static_cast<int>(half)) + "/s, bare " + std::to_string(bare_p99) +
                  " ms, fdatasync p99 " + std::to_string(sync) + " ms" + calm_cost});
}

void measure_decision(Report& report) {
  const std::string models = std::string(PARLEY_SOURCE_DIR) + "/models/";
  const auto cost = decision_cost(models + "sentiment.plm", models + "intent.plm");
  const double p50 = cost.clock.p50_ms * 1'000, p99 = cost.clock.p99_ms * 1'000;
  report.add({"decision_p99_us", p99, "us", "<= 200", p99 <= 200 && p50 <= 50,
              "p50 " + std::to_string(p50) + " us (target <= 50); processor time p50 " +
                  std::to_string(cost.processor.p50_ms * 1'000) + ", p99 " +
                  std::to_string(cost.processor.p99_ms * 1'000)});
}

void measure_parse(Report& report) {
  for (const auto& cost : parse_costs()) {
    const double p50 = cost.parsing.p50_ms * 1'000, p99 = cost.parsing.p99_ms * 1'000;
    const double proof = cost.proving.p50_ms * 1'000;
    report.add({"parse_us_" + cost.platform, p50, "us", "<= 20", p50 <= 20,
                "p99 " + std::to_string(p99) + " us, proving it first " + std::to_string(proof) +
                    " us, a body of " + std::to_string(cost.bytes) + " bytes"});
  }
}

void measure_sessions(Report& report) {
  Site site("bot:faq", true);
  Child gateway(site.serve());
  ChatOptions options{.port = gateway.port(),
                      .target = "/chat/bench/web",
                      .sessions = 1'000,
                      .turns = 5,
                      .text = "What are your opening hours?",
                      .think_ms = 2'000,
                      .limit_seconds = 60};
  const auto small = run_chat(options);
  report.add({"sessions_1000_errors", static_cast<double>(small.errors), "errors", "0",
              small.errors == 0, std::to_string(small.answered) + " turns answered"});
  report.add({"sessions_1000_p99_ms", small.turn.p99_ms, "ms", "<= 20", small.turn.p99_ms <= 20,
              "p50 " + std::to_string(small.turn.p50_ms) + " ms"});
  options.sessions = 10'000;
  options.turns = 2;
  options.think_ms = 20'000;
  options.limit_seconds = 120;
  const auto large = run_chat(options);
  report.add({"sessions_10000_errors", static_cast<double>(large.errors), "errors", "0",
              large.errors == 0,
              std::to_string(large.answered) + " turns answered, p99 " +
                  std::to_string(large.turn.p99_ms) + " ms"});
}

void measure_memory(Report& report) {
  constexpr std::size_t kSockets = 5'000;
  {
    Site site("bot:faq", false);
    Child gateway(site.serve());
    const double before = gateway.resident_kib();
    double during = 0;
    const auto open = hold_idle(gateway.port(), "/chat/bench/web", kSockets,
                                [&] { during = gateway.resident_kib(); });
    const double each = (during - before) / static_cast<double>(std::max<std::size_t>(open, 1));
    report.add({"idle_ws_kib", each, "KiB", "<= 12", each <= 12 && open == kSockets,
                std::to_string(open) + " sockets open"});
    report.add({"rss_start_mib", before / 1'024, "MiB", "<= 64", before / 1'024 <= 64,
                "without the model"});
  }
  Site site("bot:faq", true);
  Child gateway(site.serve());
  std::cout << "          with the model: " << gateway.resident_kib() / 1'024 << " MiB\n";
}

void measure_restart(Report& report) {
  Site site("bot:faq", true);
  constexpr std::uint64_t kMessages = 1'000'000;
  preload(site.data(), kMessages);
  {
    Child first(site.serve());
    first.kill_now();
  }
  Child second(site.serve());
  report.add({"ready_after_kill_s", second.ready_seconds(), "s", "<= 2",
              second.ready_seconds() <= 2, std::to_string(kMessages) + " messages stored"});
}

void measure_build(Report& report, double seconds) {
  if (seconds <= 0) {
    report.add({"build_clean_s", 0, "s", "<= 360", false,
                "not measured; ./dev bench --build builds from nothing and measures it"});
    return;
  }
  report.add({"build_clean_s", seconds, "s", "<= 360", seconds <= 360, ""});
}

}  // namespace
}  // namespace parley::bench

// usage: parley_bench RESULTS.json [seconds a clean build took]
int main(int argc, char** argv) {
  using namespace parley::bench;  // NOLINT: one main
  Report report;
  const std::pair<const char*, std::function<void()>> parts[] = {
      {"ingest", [&] { measure_ingest(report); }},
      {"decision", [&] { measure_decision(report); }},
      {"parse", [&] { measure_parse(report); }},
      {"sessions", [&] { measure_sessions(report); }},
      {"memory", [&] { measure_memory(report); }},
      {"restart", [&] { measure_restart(report); }},
      {"build", [&] { measure_build(report, argc > 2 ? std::atof(argv[2]) : 0); }},
  };
  const char* only = ::getenv("PARLEY_BENCH_ONLY");
  int status = 0;
  for (const auto& [name, measure] : parts) {
    if (only != nullptr && std::strcmp(only, name) != 0) continue;
    std::cout << name << std::endl;
    try {
      measure();
    } catch (const std::exception& error) {
      std::cout << "  FAILED  " << name << ": " << error.what() << std::endl;
      status = 1;
    }
  }
  report.write(argc > 1 ? argv[1] : "build/bench/results.json");
  return status;
}
