#include "storage/high_water.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/crypto.hpp"
#include "storage/keys.hpp"
#include "storage/thread_name.hpp"

namespace parley::storage {
namespace {

constexpr std::string_view kMagic = "PARLEYHW";
constexpr std::size_t kSlotBytes = 24;
constexpr std::size_t kSlotDistance = 4096;  // a torn sector or page takes one slot only

std::string slot_bytes(std::uint64_t position) {
  std::string out(kMagic);
  append_u64(out, position);
  append_u64(out, xxh3_64(out));
  return out;
}

std::optional<std::uint64_t> read_slot(std::string_view file, unsigned slot) {
  const auto begin = slot * kSlotDistance;
  if (file.size() < begin + kSlotBytes) return {};
  const auto bytes = file.substr(begin, kSlotBytes);
  KeyReader in(bytes.substr(kMagic.size()));
  const auto position = in.u64();
  if (bytes != slot_bytes(position)) return {};
  return position;
}

}  // namespace

std::string high_water_path(const std::string& store_path) { return store_path + "/mark"; }

Result<std::optional<std::uint64_t>> read_high_water(const std::string& path) {
  const auto file = read_file(path);
  if (!file) return file.error();
  if (!*file) return std::optional<std::uint64_t>();
  const auto first = read_slot(**file, 0);
  const auto second = read_slot(**file, 1);
  if (!first && !second) {
    return Error{.code = Errc::misconfigured,
                 .detail = fmt::format("the high-water mark {} is damaged: verify the store, then "
                                       "remove this file to start without it",
                                       path)};
  }
  return std::optional(std::max(first.value_or(0), second.value_or(0)));
}

Result<std::unique_ptr<HighWaterWriter>> HighWaterWriter::start(const std::string& path,
                                                                std::uint64_t position,
                                                                Milliseconds interval,
                                                                Callbacks callbacks) {
  if (!path_exists(path)) {
    auto both = slot_bytes(position);
    both.resize(kSlotDistance, '\0');
    both += slot_bytes(position);
    if (auto made = write_file_durably(path, both); !made) return std::move(made.error());
  }
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid()) return file_error("open", path, errno);
  std::unique_ptr<HighWaterWriter> writer(
      new HighWaterWriter(path, std::move(file), position, interval, std::move(callbacks)));
  // A slot that was torn is made good before the other one is touched.
  for (int i = 0; i < 2; ++i) {
    if (auto written = writer->write_slot(position); !written) return std::move(written.error());
  }
  writer->thread_ = std::thread([raw = writer.get()] { raw->run(); });
  return writer;
}

HighWaterWriter::HighWaterWriter(std::string path, FileDescriptor file, std::uint64_t position,
                                 Milliseconds interval, Callbacks callbacks)
    : path_(std::move(path)),
      file_(std::move(file)),
      interval_(interval),
      callbacks_(std::move(callbacks)),
      written_(position),
      position_(position) {}

HighWaterWriter::~HighWaterWriter() { close(); }

void HighWaterWriter::advance(std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  position_ = std::max(position_, position);
  if (idle_) wake_.notify_one();
}

void HighWaterWriter::tick() {
  const std::lock_guard lock(mutex_);
  tick_ = true;
  wake_.notify_one();
}

void HighWaterWriter::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    wake_.notify_one();
  }
  const std::lock_guard lock(close_mutex_);
  if (thread_.joinable()) thread_.join();
}

Result<void> HighWaterWriter::write_slot(std::uint64_t position) {
  const auto bytes = slot_bytes(position);
  const auto at = static_cast<off_t>(slot_ * kSlotDistance);
  slot_ = 1 - slot_;
  if (::pwrite(file_.get(), bytes.data(), bytes.size(), at) != static_cast<ssize_t>(bytes.size())) {
    return file_error("write", path_, errno);
  }
  if (::fdatasync(file_.get()) != 0) return file_error("sync", path_, errno);
  return {};
}

void HighWaterWriter::run() {
  name_this_thread("storage_mark");
  std::unique_lock lock(mutex_);
  for (;;) {
    idle_ = true;
    wake_.wait(lock, [this] { return closing_ || tick_ || position_ > written_; });
    idle_ = false;
    const auto position = position_;
    const bool last = closing_;
    tick_ = false;
    lock.unlock();
    if (callbacks_.on_tick) callbacks_.on_tick();
    if (position > written_) {
      if (auto written = write_slot(position); !written) {
        // Without a mark a loss could go unseen: that is a reason to stop promising.
        callbacks_.on_failure(written.error());
        return;
      }
    }
    lock.lock();
    written_ = position;
    if (last) return;
    // The pace: whatever is advanced meanwhile is written as one.
    wake_.wait_for(lock, interval_, [this] { return closing_; });
  }
}

}  // namespace parley::storage
