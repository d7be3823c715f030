// connectors/graph_api.hpp
// Calls of the Graph API and what its answers mean. The error in the body has the say before the
// HTTP status: a rate limit may come as 400 or 403, a refusal as 500.
//
// Limits   URLs or headers of the calls hold the access token: they go into HttpCall only. The
//          platform's words in an error are cut to one short line without any secret of ours.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::graph {

inline constexpr std::string_view kGraphBase = "https://graph.facebook.com";

// The settings every Graph channel has, and then its own.
std::vector<Setting> settings_and(std::vector<Setting> own);
// What is wrong with those settings; "" if nothing. `account` names the setting that must be a
// number, as ids of accounts are.
std::string check_settings(const Channel& channel, std::string_view account);

enum class TokenPlace : std::uint8_t { bearer, query };

// POST <base>/<api_version>/<path>, with the access token. `base` unless the channel has its own.
HttpCall api_call(const Channel& channel, std::string_view base, std::string_view path,
                  TokenPlace place);

// What an error code means. The first row that fits counts, a platform's own before the common.
struct CodeRow {
  static constexpr std::int64_t kAny = -1;
  std::int64_t code = 0;
  std::int64_t subcode = kAny;
  Errc errc = Errc::rejected;
  std::string_view what;  // in our words; then the platform's
  Milliseconds retry_after{};
  Delivery delivery = Delivery::not_sent;
};

struct Answer {
  std::string message_id;  // of a message sent
  std::string upload_id;   // of a file taken
  std::string url;         // where a file lies
};

Result<Answer> read_answer(const HttpAnswer& answer, const Channel& channel,
                           std::span<const CodeRow> own);

// The platform's words for an operator: one short printable line, none of our secrets in it.
std::string discreet(std::string words, const Channel& channel);

// At most `chars_max` characters; the end of what is longer becomes "...".
std::string shortened(std::string_view text, std::size_t chars_max);

}  // namespace parley::connectors::graph
