// storage/audit_chain.hpp
// The hash chain over a tenant's audit log: each entry's hash covers the one before, its own id,
// time and text. So an entry that was changed, taken out, put in or moved is found out by everybody
// who reads the log, and a log cut short by the head that is kept beside it.
//
// Promise  what has expired leaves an anchor, the last hash that was let go: the rest still leads
//          back to it. Rows older than the chain (format 1) stand before its first link.
// Limits   whoever can write the whole database can write a whole new chain: keep the head
//          `parley verify` prints somewhere else.
// Threads  pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conversation/ids.hpp"

namespace parley::storage {

struct ChainEnd {
  std::uint64_t count = 0;  // entries up to here, from the chain's beginning
  std::string hash;         // 32 bytes; of the entry `id`
  std::string id;
};
std::string encode(const ChainEnd& end);
std::optional<ChainEnd> decode_chain_end(std::string_view bytes);

// `before`: the hash of the entry before, "" for the first. `value`: time and body as they lie in
// the row.
std::string chain_hash(std::string_view before, const TenantId& tenant, std::string_view id,
                       std::string_view value);

}  // namespace parley::storage
