#include "storage/audit_chain.hpp"

#include "base/crypto.hpp"
#include "storage/keys.hpp"

namespace parley::storage {
namespace {

constexpr std::size_t kHashBytes = 32;
constexpr std::string_view kDomain = "parley.audit/1";

}  // namespace

std::string encode(const ChainEnd& end) {
  std::string out;
  append_u64(out, end.count);
  out += end.hash;
  return out += end.id;
}

std::optional<ChainEnd> decode_chain_end(std::string_view bytes) {
  KeyReader in(bytes);
  ChainEnd end{.count = in.u64(), .hash = {}, .id = {}};
  const auto rest = in.rest();
  if (!in.ok() || rest.size() < kHashBytes) return {};
  end.hash = rest.substr(0, kHashBytes);
  end.id = rest.substr(kHashBytes);
  return end;
}

// Every field with its length: no two entries can be written as one text.
std::string chain_hash(std::string_view before, const TenantId& tenant, std::string_view id,
                       std::string_view value) {
  std::string text;
  text.reserve(kDomain.size() + before.size() + id.size() + value.size() + 16);
  append_field(text, kDomain);
  append_field(text, before);
  append_field(text, tenant.value);
  append_field(text, id);
  text += value;
  return sha256(text);
}

}  // namespace parley::storage
