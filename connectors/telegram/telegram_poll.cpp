#include "connectors/telegram/telegram_poll.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "connectors/telegram/telegram_api.hpp"
#include "connectors/telegram/telegram_parse.hpp"

namespace parley::connectors::telegram {
namespace {

constexpr std::size_t kPageBytesMax = 8 * 1024 * 1024;
constexpr std::size_t kDepthMax = 128;
constexpr std::string_view kKinds =
    R"(["message","edited_message","channel_post","edited_channel_post","callback_query",)"
    R"("my_chat_member","message_reaction"])";

std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Error unreadable() {
  return Error{.code = Errc::unavailable, .detail = "the answer is not a list of updates"};
}

}  // namespace

bool is_polled(const Channel& channel) { return channel.setting("receive") == "poll"; }

HttpCall ask_updates(const Channel& channel, std::string_view cursor) {
  Fields fields = {{"timeout", std::to_string(kPollTime.count())},
                   {"allowed_updates", std::string(kKinds)}};
  if (!cursor.empty()) fields.emplace_back("offset", cursor);
  return api_call(channel, "getUpdates", fields);
}

EventSource::Read read_updates(const Channel& channel, std::string_view cursor,
                               const HttpAnswer& answer) {
  if (answer.body.size() > kPageBytesMax) return unreadable();
  if (auto fine = read_answer(answer); !fine) return std::move(fine.error());
  simdjson::dom::parser parser;
  simdjson::dom::array updates;
  if (parser.allocate(std::max<std::size_t>(answer.body.size(), 64), kDepthMax) !=
          simdjson::SUCCESS ||
      parser.parse(answer.body.data(), answer.body.size())["result"].get(updates) !=
          simdjson::SUCCESS) {
    return unreadable();
  }
  EventSource::Page page;
  page.cursor = cursor;
  for (const simdjson::dom::element update : updates) {
    std::int64_t id = 0;
    if (update["update_id"].get(id) != simdjson::SUCCESS) {
      ++page.skipped;
      continue;
    }
    // One that we cannot read is passed over for good, as a webhook's would be.
    if (page.cursor.empty() || id >= number_of(page.cursor)) page.cursor = std::to_string(id + 1);
    auto parsed = parse_update(simdjson::minify(update), channel);
    if (parsed.stopped) ++page.skipped;
    std::move(parsed.events.begin(), parsed.events.end(), std::back_inserter(page.events));
  }
  page.more = page.cursor != cursor;
  return page;
}

}  // namespace parley::connectors::telegram
