#include "gateway/cli/backlog.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "gateway/runtime/log.hpp"

namespace parley::gateway {
namespace {

class Text {
 public:
  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    add(name, help, "gauge", std::to_string(value));
  }
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    add(name, help, "counter", std::to_string(value));
  }
  void seconds(std::string_view name, std::string_view help, Milliseconds value) {
    add(name, help, "gauge", std::to_string(std::chrono::duration<double>(value).count()));
  }
  std::string take() { return std::move(text_); }

 private:
  void add(std::string_view name, std::string_view help, std::string_view type,
           const std::string& value) {
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
    text_.append(name).append(" ").append(type).append("\n");
    text_.append(name).append(" ").append(value).append("\n");
  }
  std::string text_;
};

std::uint64_t resident_bytes() {
  unsigned long pages = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "re"); file != nullptr) {
    if (std::fscanf(file, "%lu %lu", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// 0 when there is no descriptor left to look with: then the limit tells the story.
std::uint64_t open_descriptors() {
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  std::uint64_t count = 0;
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count < 3 ? 0 : count - 3;  // ".", ".." and the look itself
}

}  // namespace

std::string backlog_metrics(const Gateway& gateway, const config::ProcessConfig& process) {
  const auto backlog = gateway.backlog();
  const auto health = gateway.store_health();
  Text out;
  out.gauge("parley_commands_waiting_count", "Commands waiting, over all cores.", backlog.commands);
  out.gauge("parley_commands_waiting_max", "Commands that may wait for one core; past it 503.",
            process.pipeline.shards.queue_max);
  out.gauge("parley_events_in_flight_count", "Events of webhooks and chats on their way in.",
            backlog.events);
  out.gauge("parley_events_in_flight_max",
            "Events that may be; one tenant takes no more than it leaves to the others.",
            backlog.events_max);
  out.gauge("parley_sends_waiting_count", "Sends that are not settled, over all channels.",
            backlog.sends);
  out.gauge("parley_channels_resting_count",
            "Channels whose platform is away or asked for a pause.", backlog.channels_resting);
  out.gauge("parley_subscriptions_count", "Streams and chat sockets that hear of events.",
            backlog.subscriptions);
  out.gauge("parley_commits_waiting_count", "Commits waiting for the disk.", health.pending);
  out.gauge("parley_commits_waiting_max", "Commits that may wait for the disk; past it 503.",
            process.storage.pending_max);
  out.seconds("parley_commits_oldest_waiting_seconds", "Age of the oldest of them.",
              health.oldest_pending);
  out.gauge("parley_store_writable", "1 while the store takes commits.", health.writable ? 1 : 0);
  out.gauge("parley_disk_free_bytes", "Space left where the store is.", health.free_bytes);
  out.gauge("http_requests_in_flight_max", "Requests that may be worked on; past it 503.",
            process.http.limits.requests_in_flight_max);
  out.gauge("http_connections_max", "Connections that may be open; past it 503.",
            process.http.limits.connections_max);
  out.counter("parley_log_lines_dropped_total", "Lines the log's sink did not take in time.",
              dropped_log_lines());
  out.gauge("process_resident_memory_bytes", "Resident memory.", resident_bytes());
  out.gauge("process_open_fds", "Open file descriptors; 0: there was none left to count with.",
            open_descriptors());
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  out.gauge("process_max_fds", "File descriptors that may be open.", limit.rlim_cur);
  return out.take();
}

}  // namespace parley::gateway
