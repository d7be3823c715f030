#include "routing/text/features.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace parley::routing {
namespace {

constexpr std::size_t kCjkOrder = 4, kWordOrder = 3;
constexpr std::size_t kLettersMin = 3, kLettersMax = 5;
constexpr std::uint64_t kSeed = 0x70a21c5e4d3b9f87, kStart = 0x2c1b3c6d9e7f0a51,
                        kEnd = 0x8f4e2a6b1d9c7035, kLetters = 0x5bd1e995a3c4f217;

std::uint64_t mix(std::uint64_t h) noexcept {  // the finaliser of MurmurHash3
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept {
  std::uint64_t h = seed ^ (bytes.size() * 0x9e3779b97f4a7c15ULL);
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t n = std::min<std::size_t>(8, bytes.size());
    std::memcpy(&word, bytes.data(), n);
    h = mix(h ^ word) * 0x9fb21c651e98df25ULL;
    bytes.remove_prefix(n);
  }
  return mix(h);
}

// Letter n-grams of a word, with its edges: what is left of a word that was never seen.
void add_letters(std::string_view word, std::vector<std::uint64_t>& out) {
  std::array<char, kWordBytesMax + 2> edged;
  edged[0] = '<';
  std::memcpy(edged.data() + 1, word.data(), word.size());
  edged[word.size() + 1] = '>';
  const std::string_view all(edged.data(), word.size() + 2);
  for (std::size_t n = kLettersMin; n <= kLettersMax; ++n) {
    for (std::size_t i = 0; i + n <= all.size(); ++i) {
      out.push_back(hash_bytes(all.substr(i, n), kLetters));
    }
  }
}

std::size_t order_of(const Token& token) noexcept {
  return token.kind == TokenKind::cjk ? kCjkOrder : kWordOrder;
}

std::uint64_t extend(std::uint64_t gram, std::uint64_t token) noexcept {
  return mix(gram * 0x9e3779b97f4a7c15ULL ^ token);
}

}  // namespace

void extract_features(const Tokens& tokens, std::string_view kind,
                      std::vector<std::uint64_t>& out) {
  out.clear();
  thread_local std::vector<std::uint64_t> hashes;
  hashes.clear();
  hashes.push_back(kStart);
  for (const auto& token : tokens.tokens) hashes.push_back(hash_bytes(tokens.view(token), kSeed));
  hashes.push_back(kEnd);

  for (std::size_t first = 0; first < hashes.size(); ++first) {
    const Token* token =
        first == 0 || first + 1 == hashes.size() ? nullptr : &tokens.tokens[first - 1];
    const std::size_t order = token != nullptr ? order_of(*token) : kWordOrder;
    std::uint64_t gram = kSeed;
    for (std::size_t n = 0; n < order && first + n < hashes.size(); ++n) {
      gram = extend(gram, hashes[first + n]);
      out.push_back(gram);
    }
    if (token != nullptr && token->kind == TokenKind::word && token->size > 3) {
      add_letters(tokens.view(*token), out);
    }
  }

  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (kind.empty()) return;
  const std::uint64_t salt = hash_bytes(kind, kStart);
  const std::size_t general = out.size();
  for (std::size_t i = 0; i < general; ++i) out.push_back(mix(out[i] ^ salt));
}

void extract_grams(const Tokens& tokens, std::string_view kind, std::vector<Gram>& out) {
  out.clear();
  thread_local std::vector<std::uint64_t> hashes;
  hashes.clear();
  for (const auto& token : tokens.tokens) hashes.push_back(hash_bytes(tokens.view(token), kSeed));
  const std::uint64_t salt = kind.empty() ? 0 : hash_bytes(kind, kStart);
  for (std::size_t first = 0; first < hashes.size(); ++first) {
    std::uint64_t gram = kSeed;
    const std::size_t order = order_of(tokens.tokens[first]);
    for (std::size_t n = 0; n < order && first + n < hashes.size(); ++n) {
      gram = extend(gram, hashes[first + n]);
      out.push_back({.general = gram,
                     .of_kind = kind.empty() ? 0 : mix(gram ^ salt),
                     .first = static_cast<std::uint32_t>(first),
                     .count = static_cast<std::uint32_t>(n + 1)});
    }
  }
}

}  // namespace parley::routing
