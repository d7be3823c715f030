#include "tests/fuzz/mutator.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace parley::fuzz {
namespace {

constexpr std::array<std::uint64_t, 18> kEdges = {0,
                                                  1,
                                                  2,
                                                  0x7f,
                                                  0x80,
                                                  0xff,
                                                  0x100,
                                                  0x7fff,
                                                  0x8000,
                                                  0xffff,
                                                  0x10000,
                                                  0x10ffff,
                                                  0x110000,
                                                  0x7fffffff,
                                                  0x80000000,
                                                  0xffffffff,
                                                  0x7fffffffffffffff,
                                                  std::numeric_limits<std::uint64_t>::max()};

constexpr std::array<std::string_view, 18> kWrittenEdges = {"0",
                                                            "-0",
                                                            "-1",
                                                            "00",
                                                            "127",
                                                            "256",
                                                            "65536",
                                                            "2147483647",
                                                            "2147483648",
                                                            "-2147483649",
                                                            "4294967296",
                                                            "9223372036854775807",
                                                            "9223372036854775808",
                                                            "-9223372036854775809",
                                                            "18446744073709551616",
                                                            "1e309",
                                                            "1e-400",
                                                            "0.1"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string word_of(std::string_view quoted) {
  std::string out;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] != '\\' || i + 1 == quoted.size()) {
      out += quoted[i];
    } else if (quoted[i + 1] == 'x' && i + 3 < quoted.size()) {
      out += static_cast<char>(hex_digit(quoted[i + 2]) * 16 + hex_digit(quoted[i + 3]));
      i += 3;
    } else {
      out += quoted[++i];
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> read_words(std::string_view dictionary) {
  std::vector<std::string> out;
  while (!dictionary.empty()) {
    const auto end = std::min(dictionary.find('\n'), dictionary.size());
    const auto line = dictionary.substr(0, end);
    dictionary.remove_prefix(std::min(end + 1, dictionary.size()));
    const auto first = line.find('"'), last = line.rfind('"');
    if (line.starts_with('#') || first == last) continue;
    out.push_back(word_of(line.substr(first + 1, last - first - 1)));
  }
  return out;
}

Mutator::Mutator(std::uint64_t seed, const std::vector<std::string>& seeds,
                 const std::vector<std::string>& words)
    : numbers_(seed), seeds_(seeds), words_(words) {}

std::string_view Mutator::next() {
  if (seeds_.empty()) {
    out_.clear();
  } else {
    out_ = seeds_[numbers_.below(seeds_.size())];
  }
  // Mostly few changes: what is changed everywhere is refused at its first byte.
  std::size_t changes = 1;
  while (changes < 16 && numbers_.below(3) != 0) ++changes;
  for (; changes > 0; --changes) change();
  if (out_.size() > kMutatedBytesMax) out_.resize(kMutatedBytesMax);
  return out_;
}

void Mutator::change() {
  switch (numbers_.below(8)) {
    case 0:
    case 1:
      return change_bits();
    case 2:
      return change_number();
    case 3:
      return change_digits();
    case 4:
    case 5:
      return change_blocks();
    case 6:
      return put_word();
    default:
      return splice();
  }
}

void Mutator::change_bits() {
  if (out_.empty()) return put(0, 0, std::string_view("\0", 1));
  char& byte = out_[numbers_.below(out_.size())];
  if (numbers_.below(2) == 0) {
    byte = static_cast<char>(byte ^ static_cast<char>(1U << numbers_.below(8)));
  } else {
    byte = static_cast<char>(numbers_.next());
  }
}

// In one to eight bytes, either end first.
void Mutator::change_number() {
  const std::size_t width = std::size_t{1} << numbers_.below(4);
  const std::uint64_t number = kEdges[numbers_.below(kEdges.size())];
  const bool big_end_first = numbers_.below(2) == 0;
  std::array<char, 8> bytes{};
  for (std::size_t i = 0; i < width; ++i) {
    bytes[big_end_first ? width - 1 - i : i] = static_cast<char>(number >> (8 * i));
  }
  const std::size_t at = numbers_.below(out_.size() + 1);
  put(at, std::min(width, out_.size() - at), {bytes.data(), width});
}

void Mutator::change_digits() {
  if (out_.empty()) return;
  std::size_t begin = numbers_.below(out_.size());
  while (begin < out_.size() && !is_digit(out_[begin])) ++begin;
  std::size_t end = begin;
  while (end < out_.size() && is_digit(out_[end])) ++end;
  if (begin < end) put(begin, end - begin, kWrittenEdges[numbers_.below(kWrittenEdges.size())]);
}

void Mutator::change_blocks() {
  if (out_.empty()) return;
  const std::size_t begin = numbers_.below(out_.size());
  const std::size_t room = out_.size() - begin;
  const std::size_t size = 1 + numbers_.below(std::min<std::size_t>(room, 1 + numbers_.below(256)));
  switch (numbers_.below(5)) {
    case 0:
      out_.erase(begin, size);
      break;
    case 1:
      out_.resize(begin);
      break;
    case 2: {  // again and again, in its place
      block_.clear();
      for (std::size_t i = 2 + numbers_.below(14); i > 0; --i) block_.append(out_, begin, size);
      put(begin, size, block_);
      break;
    }
    default: {  // elsewhere, in between or over what is there
      block_.assign(out_, begin, size);
      const std::size_t at = numbers_.below(out_.size() + 1);
      put(at, numbers_.below(2) == 0 ? 0 : std::min(size, out_.size() - at), block_);
    }
  }
}

void Mutator::put_word() {
  if (words_.empty()) return;
  const auto& word = words_[numbers_.below(words_.size())];
  const std::size_t at = numbers_.below(out_.size() + 1);
  put(at, numbers_.below(2) == 0 ? 0 : std::min(word.size(), out_.size() - at), word);
}

// The start of this one and the end of another.
void Mutator::splice() {
  if (seeds_.empty()) return;
  const auto& other = seeds_[numbers_.below(seeds_.size())];
  out_.resize(numbers_.below(out_.size() + 1));
  out_.append(other, numbers_.below(other.size() + 1));
}

void Mutator::put(std::size_t at, std::size_t replaced, std::string_view bytes) {
  if (out_.size() + bytes.size() > kMutatedBytesMax) return;
  block_.assign(bytes);  // `bytes` may lie in out_
  out_.replace(at, replaced, block_);
}

}  // namespace parley::fuzz
