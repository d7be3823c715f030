// gateway/api/paging.hpp
// Query parameters, page sizes and cursors. A cursor is ours: its MAC refuses one that was made up
// or comes from another tenant or another list.
//
// Limits   kPageMax items a page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "gateway/api/call.hpp"

namespace parley::gateway::api {

inline constexpr std::size_t kPageDefault = 50;
inline constexpr std::size_t kPageMax = 200;

// malformed: a parameter the route does not know, or one twice.
Result<std::vector<std::pair<std::string, std::string>>> read_query(std::string_view query,
                                                                    const Route& route);
std::optional<std::string> query_value(const Call& call, std::string_view name);
Result<std::size_t> limit_of(const Call& call);
Result<std::uint64_t> number_of(const Call& call, std::string_view name, std::uint64_t fallback);

// Opaque for clients; "" stays "" (the list has ended).
std::string seal_cursor(const Call& call, std::string_view inner);
Result<std::string> open_cursor(const Call& call);  // of ?cursor=; "" if absent

}  // namespace parley::gateway::api
