// storage/high_water.hpp
// The durable high-water mark: the position of a commit known to be synced, kept outside the
// database. Point-in-time recovery of a damaged write-ahead log silently drops the records behind
// the damage; a database that comes back shorter than the mark is found out by it.
//
// Format   two slots of 24 bytes, 4096 bytes apart, written in turn: "PARLEYHW", position (8 bytes,
//          big-endian), XXH3-64 of those 16 bytes. A torn write leaves the other slot.
// Promise  a mark that has been written is synced; it never names a position that was not synced.
// Limits   at most one write every `interval`, so it trails by at most that.
// Errors   read: misconfigured when neither slot is readable.
// Threads  advance() any, it does not block.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/files.hpp"

namespace parley::storage {

std::string high_water_path(const std::string& store_path);
// nullopt: there is no mark (a new store, or an operator removed it to accept a loss).
Result<std::optional<std::uint64_t>> read_high_water(const std::string& path);

class HighWaterWriter {
 public:
  // `on_tick` runs on the writer's thread each time it wakes, for small blocking chores;
  // `on_failure` when the mark can no longer be written.
  struct Callbacks {
    std::function<void()> on_tick;
    std::function<void(const Error&)> on_failure;
  };
  // Writes both slots at once, so a file that exists has a readable mark.
  static Result<std::unique_ptr<HighWaterWriter>> start(const std::string& path,
                                                        std::uint64_t position,
                                                        Milliseconds interval, Callbacks callbacks);
  ~HighWaterWriter();

  void advance(std::uint64_t position);
  void tick();   // wakes the thread without a new position
  void close();  // writes what is not yet written

 private:
  HighWaterWriter(std::string path, FileDescriptor file, std::uint64_t position,
                  Milliseconds interval, Callbacks callbacks);
  Result<void> write_slot(std::uint64_t position);
  void run();

  const std::string path_;
  const FileDescriptor file_;
  const Milliseconds interval_;
  const Callbacks callbacks_;
  std::uint64_t written_;
  unsigned slot_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::uint64_t position_;
  bool tick_ = false;
  bool idle_ = false;  // the thread waits for news, and is not pacing itself
  bool closing_ = false;
  std::mutex close_mutex_;
  std::thread thread_;
};

}  // namespace parley::storage
