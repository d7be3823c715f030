#include "config/process_file.hpp"

#include <arpa/inet.h>

#include "base/crypto.hpp"
#include "config/table.hpp"

namespace parley::config {
namespace {

constexpr Milliseconds kMs{1};
constexpr Milliseconds kMinute{60'000};
constexpr Milliseconds kHour{3'600'000};
constexpr Milliseconds kDay{24 * 3'600'000};

// A section that the file may leave out reads as an empty one, so its defaults hold.
const Node& section_of(Table& root, std::string_view name, const Node& nothing) {
  const Node* node = root.table(name);
  return node ? *node : nothing;
}

std::string read_address(Table& table, std::string_view key, std::string_view fallback) {
  auto address = table.text(key, fallback);
  unsigned char bytes[16];
  if (inet_pton(AF_INET, address.c_str(), bytes) != 1 &&
      inet_pton(AF_INET6, address.c_str(), bytes) != 1) {
    table.problem(key, "\"" + address + "\" is not an address; expected one like \"127.0.0.1\"");
  }
  return address;
}

void read_limits(const Node& node, Problems& problems, gateway::http::Limits& limits) {
  Table t(node, "http.limits", problems);
  auto& l = limits;
  const auto bytes = [&](std::string_view key, auto& to, auto min, auto max) {
    to = t.whole<std::remove_reference_t<decltype(to)>>(
        key, to, static_cast<std::remove_reference_t<decltype(to)>>(min),
        static_cast<std::remove_reference_t<decltype(to)>>(max));
  };
  bytes("header_bytes_max", l.header_bytes_max, 1024, 64 * 1024);
  bytes("target_bytes_max", l.target_bytes_max, 256, 64 * 1024);
  bytes("header_fields_max", l.header_fields_max, 10, 1'000);
  l.header_timeout = t.ms("header_timeout_ms", l.header_timeout, kMs, kMinute);
  l.body_timeout = t.ms("body_timeout_ms", l.body_timeout, kMs, 10 * kMinute);
  bytes("body_bytes_per_second_min", l.body_bytes_per_second_min, 0, 1 << 20);
  l.body_grace = t.ms("body_grace_ms", l.body_grace, kMs, kMinute);
  l.keep_alive_timeout = t.ms("keep_alive_timeout_ms", l.keep_alive_timeout, kMs, kHour);
  l.write_timeout = t.ms("write_timeout_ms", l.write_timeout, kMs, 10 * kMinute);
  l.handshake_timeout = t.ms("handshake_timeout_ms", l.handshake_timeout, kMs, kMinute);
  l.handler_timeout = t.ms("handler_timeout_ms", l.handler_timeout, kMs, 10 * kMinute);
  bytes("connections_max", l.connections_max, 1, 1'000'000);
  bytes("connections_per_address_max", l.connections_per_address_max, 1, 1'000'000);
  bytes("requests_in_flight_max", l.requests_in_flight_max, 1, 1'000'000);
  bytes("ws_message_bytes_max", l.ws_message_bytes_max, 1024, 1 << 20);
  bytes("ws_queue_messages_max", l.ws_queue_messages_max, 1, 10'000);
  bytes("ws_queue_bytes_max", l.ws_queue_bytes_max, 4'096, 64 << 20);
  l.ws_ping_interval = t.ms("ws_ping_interval_ms", l.ws_ping_interval, Milliseconds{1'000}, kHour);
  l.ws_fragment_timeout = t.ms("ws_fragment_timeout_ms", l.ws_fragment_timeout, kMs, 10 * kMinute);
  l.ws_close_timeout = t.ms("ws_close_timeout_ms", l.ws_close_timeout, kMs, kMinute);
  bytes("ws_messages_per_minute_max", l.ws_messages_per_minute_max, 1, 1'000'000);
  bytes("ws_messages_burst_max", l.ws_messages_burst_max, 1, 1'000'000);
  bytes("ws_pings_per_10_s_max", l.ws_pings_per_10_s_max, 1, 10'000);
}

void read_http(const Node& node, Problems& problems, gateway::http::ServerOptions& http) {
  Table t(node, "http", problems);
  const Node nothing;
  http.address = read_address(t, "address", http.address);
  http.port = t.whole<std::uint16_t>("port", 8080, 0, 65535);
  http.trusted_proxies = t.texts("trusted_proxies");
  for (const Node* entry : t.tables("tls")) {
    Table tls(*entry, "http.tls", problems);
    gateway::http::TlsFiles files;
    for (auto [key, to] : {std::pair{"certificate", &files.certificate}, {"key", &files.key}}) {
      *to = resolve_path(directory_of(problems.file()), tls.required_text(key));
      if (to->empty()) continue;
      const auto bytes = read_file_blocking(*to, kFileBytesMax);
      if (!bytes) tls.problem(key, bytes.error().detail + "; expected a PEM file");
    }
    http.tls.push_back(std::move(files));
  }
  read_limits(section_of(t, "limits", nothing), problems, http.limits);
}

void read_storage(const Node& node, Problems& problems, storage::Options& storage,
                  std::string& backup_keys) {
  Table t(node, "storage", problems);
  const auto hours = [&](std::string_view key, std::chrono::hours& to, std::int64_t min) {
    to = std::chrono::hours{t.whole<std::int64_t>(key, to.count(), min, 24 * 3660)};
  };
  storage.path = t.text("path", "data");
  if (storage.path.empty()) t.problem("path", "is empty; expected a directory");
  storage.pending_max = t.whole<std::size_t>("pending_max", storage.pending_max, 16, 10'000'000);
  storage.group_bytes_max =
      t.whole<std::size_t>("group_bytes_max", storage.group_bytes_max, 64 * 1024, 256 << 20);
  storage.free_bytes_min =
      t.whole<std::uint64_t>("free_bytes_min", storage.free_bytes_min, 1 << 20, 1ull << 42);
  storage.ballast_bytes =
      t.whole<std::uint64_t>("ballast_bytes", storage.ballast_bytes, 0, 1ull << 34);
  storage.cache_bytes =
      t.whole<std::size_t>("cache_bytes", storage.cache_bytes, 1 << 20, 1ull << 40);
  hours("dedup_horizon_hours", storage.dedup_horizon, 24);
  hours("idempotency_horizon_hours", storage.idempotency_horizon, 24);
  hours("stream_horizon_hours", storage.stream_horizon, 1);
  hours("audit_horizon_hours", storage.audit_horizon, 24);
  storage.mark_interval =
      t.ms("mark_interval_ms", storage.mark_interval, kMs, Milliseconds{10'000});
  backup_keys = t.text("backup_keys");
}

void read_client(const Node& node, Problems& problems, gateway::http::ClientOptions& client) {
  Table t(node, "client", problems);
  client.idle_per_host_max =
      t.whole<std::size_t>("idle_per_host_max", client.idle_per_host_max, 0, 10'000);
  client.idle_timeout = t.ms("idle_timeout_ms", client.idle_timeout, kMs, kHour);
  client.connect_timeout = t.ms("connect_timeout_ms", client.connect_timeout, kMs, kMinute);
  client.first_byte_timeout =
      t.ms("first_byte_timeout_ms", client.first_byte_timeout, kMs, 10 * kMinute);
  client.open_max = t.whole<std::size_t>("open_max", client.open_max, 1, 1'000'000);
  client.lookups_waiting_max =
      t.whole<std::size_t>("lookups_waiting_max", client.lookups_waiting_max, 1, 100'000);
  client.private_hosts_allowed = t.texts("private_hosts_allowed");
  client.ca_file = resolve_path(directory_of(problems.file()), t.text("ca_file"));
}

void read_log(const Node& node, Problems& problems, gateway::LogOptions& log) {
  Table t(node, "log", problems);
  const auto level = t.one_of("level", {"debug", "info", "warn", "error"}, "info");
  log.level = level == "debug"   ? gateway::LogLevel::debug
              : level == "warn"  ? gateway::LogLevel::warn
              : level == "error" ? gateway::LogLevel::error
                                 : gateway::LogLevel::info;
  log.file = t.text("file");
  log.queue_max = t.whole<std::size_t>("queue_max", log.queue_max, 16, 10'000'000);
}

void read_shards(const Node& node, Problems& problems, gateway::ShardOptions& shards) {
  Table t(node, "pipeline", problems);
  auto& s = shards;
  s.queue_max = t.whole<std::size_t>("queue_max", s.queue_max, 16, 10'000'000);
  s.state_cache_max = t.whole<std::size_t>("state_cache_max", s.state_cache_max, 16, 100'000'000);
  s.read_threads = t.whole<std::size_t>("read_threads", s.read_threads, 1, 256);
  s.read_queue_max = t.whole<std::size_t>("read_queue_max", s.read_queue_max, 16, 10'000'000);
  s.subscriber_queue_max =
      t.whole<std::size_t>("subscriber_queue_max", s.subscriber_queue_max, 16, 1'000'000);
  // Platforms hang up after 5 s: an answer later than that is lost.
  s.passive_wait = t.ms("passive_wait_ms", s.passive_wait, Milliseconds{0}, Milliseconds{4'900});
  s.drain_timeout = t.ms("drain_timeout_ms", s.drain_timeout, kMs, 10 * kMinute);
}

void read_bots(const Node& node, Problems& problems, gateway::BotOptions& bots) {
  Table t(node, "bots", problems);
  auto& b = bots;
  b.deadline_max = t.ms("deadline_max_ms", b.deadline_max, Milliseconds{100}, 10 * kMinute);
  b.deadline_default =
      t.ms("deadline_default_ms", b.deadline_default, Milliseconds{100}, 10 * kMinute);
  if (b.deadline_default > b.deadline_max) {
    t.problem("deadline_default_ms", "is longer than deadline_max_ms; expected at most " +
                                         std::to_string(b.deadline_max.count()));
  }
  b.calls_in_flight_max =
      t.whole<std::size_t>("calls_in_flight_max", b.calls_in_flight_max, 1, 1'000'000);
  b.circuit_failures = t.whole<std::uint32_t>("circuit_failures", b.circuit_failures, 1, 1'000);
  b.circuit_open = t.ms("circuit_open_ms", b.circuit_open, kMs, kHour);
  b.piece_timeout = t.ms("piece_timeout_ms", b.piece_timeout, Milliseconds{100}, kMinute);
  b.typing_after = t.ms("typing_after_ms", b.typing_after, kMs, kMinute);
}

void read_sends(const Node& node, Problems& problems, gateway::SendOptions& sends) {
  Table t(node, "sends", problems);
  auto& s = sends;
  s.attempts_max = t.whole<std::uint32_t>("attempts_max", s.attempts_max, 1, 100);
  s.retry_base = t.ms("retry_base_ms", s.retry_base, kMs, kMinute);
  s.retry_max = t.ms("retry_max_ms", s.retry_max, kMs, kDay);
  if (s.retry_base > s.retry_max) {
    t.problem("retry_base_ms", "is longer than retry_max_ms; expected at most " +
                                   std::to_string(s.retry_max.count()));
  }
  s.age_max = t.ms("age_max_ms", s.age_max, kMinute, 30 * kDay);
  s.head_blocked_max = t.ms("head_blocked_max_ms", s.head_blocked_max, Milliseconds{1'000}, kDay);
  s.in_flight_per_channel_max =
      t.whole<std::size_t>("in_flight_per_channel_max", s.in_flight_per_channel_max, 1, 10'000);
  s.call_timeout = t.ms("call_timeout_ms", s.call_timeout, Milliseconds{100}, 10 * kMinute);
  s.uncertain = t.one_of("uncertain", {"park", "retry"}, "park") == "retry"
                    ? gateway::Uncertain::retry
                    : gateway::Uncertain::park;
}

void read_pulls(const Node& node, Problems& problems, gateway::PullOptions& pulls) {
  Table t(node, "pulls", problems);
  auto& p = pulls;
  p.lines_max = t.whole<std::size_t>("lines_max", p.lines_max, 1, 100'000);
  p.streams_per_channel_max =
      t.whole<std::size_t>("streams_per_channel_max", p.streams_per_channel_max, 1, 10'000);
  p.retry_base = t.ms("retry_base_ms", p.retry_base, kMs, kMinute);
  p.retry_max = t.ms("retry_max_ms", p.retry_max, kMs, kDay);
  if (p.retry_base > p.retry_max) {
    t.problem("retry_base_ms", "is longer than retry_max_ms; expected at most " +
                                   std::to_string(p.retry_max.count()));
  }
  p.answer_bytes_max =
      t.whole<std::size_t>("answer_bytes_max", p.answer_bytes_max, 64 * 1024, 64 << 20);
  p.first_age_max = t.ms("first_age_max_ms", p.first_age_max, Milliseconds{0}, 30 * kDay);
}

void read_media(const Node& node, Problems& problems, ProcessConfig& process) {
  Table t(node, "media", problems);
  auto& m = process.pipeline.media;
  m.bytes_max = t.whole<std::uint64_t>("bytes_max", m.bytes_max, 1024, 1ull << 30);
  m.url_lifetime = t.ms("url_lifetime_ms", m.url_lifetime, Milliseconds{1'000}, 30 * kDay);
  m.fetches_in_flight_max =
      t.whole<std::size_t>("fetches_in_flight_max", m.fetches_in_flight_max, 1, 1'000);
  const SecretSource source{.directory = directory_of(problems.file())};
  if (auto key = read_secret(t, "key", source)) {
    process.media_key = std::move(*key);
  } else {
    static const std::string kOfThisProcess = random_bytes(32);  // a reload must not change it
    process.media_key = Secret(kOfThisProcess);
  }
}

}  // namespace

ProcessConfig read_process(const Node& root, Problems& problems) {
  const Node nothing;
  ProcessConfig process;
  Table t(root, "", problems);
  process.cores = t.whole<std::size_t>("cores", 0, 0, 1'024);
  process.tenants_directory =
      resolve_path(directory_of(problems.file()), t.text("tenants", "tenants"));
  process.model_path = t.text("model");
  process.intent_model_path = t.text("intent_model");
  if (!process.intent_model_path.empty() && process.model_path.empty()) {
    t.problem("intent_model", "stands without a model; expected `model` too");
  }
  read_http(section_of(t, "http", nothing), problems, process.http);
  {
    Table admin(section_of(t, "admin", nothing), "admin", problems);
    process.admin.address = read_address(admin, "address", process.admin.address);
    process.admin.port = admin.whole<std::uint16_t>("port", process.admin.port, 0, 65535);
    if (process.admin.port != 0 && process.admin.port == process.http.port) {
      admin.problem("port", "is the port of [http] too; expected another one");
    }
  }
  read_storage(section_of(t, "storage", nothing), problems, process.storage, process.backup_keys);
  read_client(section_of(t, "client", nothing), problems, process.client);
  read_log(section_of(t, "log", nothing), problems, process.log);
  read_shards(section_of(t, "pipeline", nothing), problems, process.pipeline.shards);
  read_bots(section_of(t, "bots", nothing), problems, process.pipeline.bots);
  read_sends(section_of(t, "sends", nothing), problems, process.pipeline.sends);
  read_pulls(section_of(t, "pulls", nothing), problems, process.pipeline.pulls);
  read_media(section_of(t, "media", nothing), problems, process);
  return process;
}

}  // namespace parley::config
