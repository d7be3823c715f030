// routing/text/model_file.cpp
// The bytes of a model file, both ways.
//
// Layout   "PARLEYLM", u32 format, u32 feature version, u64 size of the whole file, then counted
//          strings and numbers in the order of ModelParts, the tables, each from a multiple of 64
//          on, and the xxh3 of everything before it as the last 8 bytes. Little endian. A file
//          without bag and delta is written as format 1, which older programs read.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "base/crypto.hpp"
#include "routing/text/linear_model.hpp"

namespace parley::routing {
namespace {

constexpr std::string_view kMagic = "PARLEYLM";
constexpr std::size_t kHeadBytes = 24, kSumBytes = 8, kAlignment = 64;
constexpr std::size_t kNameBytesMax = 256;

Error malformed(std::string why) {
  return Error{.code = Errc::malformed, .detail = "model file: " + std::move(why)};
}

class Writer {
 public:
  template <class T>
  void number(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    out_.append(raw, sizeof value);
  }
  void text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    out_ += text;
  }
  std::string& out() { return out_; }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  template <class T>
  T number() {
    T value{};
    if (bytes_.size() - at_ < sizeof value) {
      failed_ = true;
      at_ = bytes_.size();
      return value;
    }
    std::memcpy(&value, bytes_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::string text() {
    const auto size = number<std::uint32_t>();
    if (failed_ || size > kNameBytesMax || bytes_.size() - at_ < size) {
      failed_ = true;
      return {};
    }
    at_ += size;
    return std::string(bytes_.substr(at_ - size, size));
  }
  void align(std::size_t to) { at_ = std::min(bytes_.size(), (at_ + to - 1) / to * to); }
  std::string_view take(std::size_t size) {
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  bool failed() const noexcept { return failed_; }
  std::string_view rest() const { return bytes_.substr(at_); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

Result<void> read_numbers(Reader& in, std::size_t count, std::vector<float>& out) {
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(in.number<float>());
    if (in.failed() || !std::isfinite(out.back())) return malformed("a weight is no number");
  }
  return {};
}

Result<void> read_bag_head(Reader& in, std::size_t labels, Bag& bag) {
  const auto width = in.number<std::uint32_t>();
  if (in.failed() || width > kBagWidthMax) return malformed("wrong width of its vectors");
  if (width == 0) return {};
  bag.share = in.number<float>();
  if (!(bag.share >= 0 && bag.share <= 1)) return malformed("a share is no number");
  if (auto read = read_numbers(in, width, bag.vectors.scales); !read) return read;
  if (auto read = read_numbers(in, width * labels, bag.labels); !read) return read;
  bag.vectors.buckets = in.number<std::uint64_t>();
  return {};
}

Result<void> read_delta_head(Reader& in, std::size_t labels, WeightTable& delta) {
  const auto columns = in.number<std::uint32_t>();
  if (in.failed() || (columns != 0 && columns != labels)) return malformed("wrong correction");
  if (auto read = read_numbers(in, columns, delta.scales); !read) return read;
  if (columns != 0) delta.buckets = in.number<std::uint64_t>();
  return {};
}

Result<ModelParts> read_parts(std::string_view body, std::uint32_t format) {
  Reader in(body);
  in.number<std::uint64_t>();  // magic, versions and size were looked at
  in.number<std::uint64_t>();
  in.number<std::uint64_t>();
  ModelParts parts;
  parts.task = in.text();
  const auto labels = in.number<std::uint32_t>();
  if (in.failed() || labels < 2 || labels > kLabelsMax) return malformed("wrong label count");
  for (std::uint32_t i = 0; i < labels; ++i) parts.labels.push_back(in.text());
  const auto kinds = in.number<std::uint32_t>();
  if (in.failed() || kinds < 1 || kinds > kKindsMax) return malformed("wrong kind count");
  for (std::uint32_t i = 0; i < kinds; ++i) {
    Calibration one;
    one.kind = in.text();
    one.temperature = in.number<float>();
    one.threshold = in.number<float>();
    one.thresholded = in.number<std::uint32_t>() != 0;
    if (in.failed() || !(one.temperature > 0) || !std::isfinite(one.threshold)) {
      return malformed("a calibration is no number");
    }
    parts.calibrations.push_back(std::move(one));
  }
  for (std::uint32_t i = 0; i + 1 < labels; ++i) {
    parts.scales.push_back(in.number<float>());
    if (!std::isfinite(parts.scales.back())) return malformed("a scale is no number");
  }
  parts.buckets = in.number<std::uint64_t>();
  if (format > 1) {
    if (auto head = read_bag_head(in, labels, parts.bag); !head) return std::move(head.error());
    if (auto head = read_delta_head(in, labels, parts.delta); !head) return std::move(head.error());
  }
  if (in.failed()) return malformed("cut in its head");
  const auto take = [&](std::size_t buckets, std::size_t columns, std::string& table) {
    if (buckets == 0) return true;
    in.align(kAlignment);
    const std::size_t size = buckets * FeatureTable::bucket_bytes(columns);
    if (buckets > kModelBytesMax || in.rest().size() < size) return false;
    table = std::string(in.take(size));
    return true;
  };
  const WeightTable& vectors = parts.bag.vectors;
  if (parts.buckets == 0 || !take(parts.buckets, parts.scales.size(), parts.table) ||
      !take(vectors.buckets, vectors.scales.size(), parts.bag.vectors.table) ||
      !take(parts.delta.buckets, parts.delta.scales.size(), parts.delta.table) ||
      !in.rest().empty()) {
    return malformed("its table has another size than its head says");
  }
  return parts;
}

void write_more_heads(Writer& out, const ModelParts& parts) {
  const Bag& bag = parts.bag;
  out.number(static_cast<std::uint32_t>(bag.vectors.scales.size()));
  if (bag.present()) {
    out.number(bag.share);
    for (const float scale : bag.vectors.scales) out.number(scale);
    for (const float weight : bag.labels) out.number(weight);
    out.number(static_cast<std::uint64_t>(bag.vectors.buckets));
  }
  out.number(static_cast<std::uint32_t>(parts.delta.scales.size()));
  for (const float scale : parts.delta.scales) out.number(scale);
  if (!parts.delta.scales.empty()) out.number(static_cast<std::uint64_t>(parts.delta.buckets));
}

}  // namespace

std::string LinearModel::to_bytes(const ModelParts& parts) {
  Writer out;
  out.out() += kMagic;
  const bool plain = !parts.bag.present() && parts.delta.scales.empty();
  out.number(plain ? std::uint32_t{1} : kModelFormat);
  out.number(kFeatureVersion);
  out.number(std::uint64_t{0});  // the size, once known
  out.text(parts.task);
  out.number(static_cast<std::uint32_t>(parts.labels.size()));
  for (const auto& label : parts.labels) out.text(label);
  out.number(static_cast<std::uint32_t>(parts.calibrations.size()));
  for (const auto& one : parts.calibrations) {
    out.text(one.kind);
    out.number(one.temperature);
    out.number(one.threshold);
    out.number(static_cast<std::uint32_t>(one.thresholded ? 1 : 0));
  }
  for (const float scale : parts.scales) out.number(scale);
  out.number(static_cast<std::uint64_t>(parts.buckets));
  if (!plain) write_more_heads(out, parts);
  for (const std::string* table : {&parts.table, &parts.bag.vectors.table, &parts.delta.table}) {
    if (table->empty()) continue;
    out.out().resize((out.out().size() + kAlignment - 1) / kAlignment * kAlignment, '\0');
    out.out() += *table;
  }
  const std::uint64_t size = out.out().size() + kSumBytes;
  std::memcpy(out.out().data() + kHeadBytes - sizeof size, &size, sizeof size);
  out.number(xxh3_64(out.out()));
  return std::move(out.out());
}

Result<std::shared_ptr<const LinearModel>> LinearModel::from_bytes(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return malformed("does not begin with PARLEYLM");
  if (bytes.size() < kHeadBytes + kSumBytes) return malformed("cut off");
  std::uint32_t format = 0, features = 0;
  std::uint64_t size = 0, sum = 0;
  std::memcpy(&format, bytes.data() + 8, sizeof format);
  std::memcpy(&features, bytes.data() + 12, sizeof features);
  std::memcpy(&size, bytes.data() + 16, sizeof size);
  std::memcpy(&sum, bytes.data() + bytes.size() - kSumBytes, sizeof sum);
  const std::string_view body = bytes.substr(0, bytes.size() - kSumBytes);
  const bool whole = size == bytes.size() && xxh3_64(body) == sum;
  if (format < 1 || format > kModelFormat || features != kFeatureVersion) {
    return Error{.code = Errc::misconfigured,
                 .detail = "model file: format " + std::to_string(format) + "." +
                           std::to_string(features) + ", this program reads " +
                           std::to_string(kModelFormat) + "." + std::to_string(kFeatureVersion) +
                           "; train the model anew or update the program"};
  }
  if (size > bytes.size()) {
    return malformed("cut off: " + std::to_string(bytes.size()) + " of " + std::to_string(size) +
                     " bytes");
  }
  if (!whole) return malformed("damaged, its checksum does not fit");
  auto parts = read_parts(body, format);
  if (!parts) return std::move(parts.error());
  std::string raw(sizeof sum, '\0');
  for (std::size_t i = 0; i < raw.size(); ++i) {
    raw[i] = static_cast<char>((sum >> (8 * (raw.size() - 1 - i))) & 0xFFU);
  }
  std::string version = parts->task + "-" + std::to_string(format) + "." +
                        std::to_string(kFeatureVersion) + "-" + to_hex(raw);
  return std::make_shared<const LinearModel>(std::move(*parts), std::move(version));
}

Result<std::shared_ptr<const LinearModel>> LinearModel::from_file(const std::string& path) {
  const auto failed = [&](Errc code, std::string why) {
    return Error{.code = code, .detail = path + ": " + std::move(why)};
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return failed(errno == ENOENT ? Errc::not_found : Errc::unavailable, std::strerror(errno));
  }
  struct Closer {
    int file;
    ~Closer() { ::close(file); }
  } closer{file};
  struct stat about{};
  if (::fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
    return failed(Errc::malformed, "not a file");
  }
  if (static_cast<std::uint64_t>(about.st_size) > kModelBytesMax) {
    return failed(Errc::overloaded, "larger than " + std::to_string(kModelBytesMax) + " bytes");
  }
  std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t n = ::read(file, bytes.data() + have, bytes.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(Errc::unavailable, std::strerror(errno));
    if (n == 0) break;  // it shrank meanwhile; the checksum will tell
    have += static_cast<std::size_t>(n);
  }
  bytes.resize(have);
  auto model = from_bytes(bytes);
  if (!model) return failed(model.error().code, model.error().detail);
  return model;
}

}  // namespace parley::routing
