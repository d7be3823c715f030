// connectors/slack/slack_markup.hpp
// Slack writes texts with <...> for mentions and links and with three escapes; people do not.
#pragma once

#include <string>
#include <string_view>

namespace parley::connectors::slack {

// What a reader of Slack would see: "<@U1|ann>" is "@ann", "<https://x.example|here>" is "here
// (https://x.example)", "&lt;" is "<". A mention of `own_user` (our bot) is left out.
std::string to_plain(std::string_view text, std::string_view own_user = {});

// Escapes &, < and >, so that nothing in a text is taken for markup of Slack's.
std::string escaped(std::string_view text);

// Would Slack read formatting (*bold*, _italic_, ~struck~, `code`, a quoted line) into this text?
bool looks_formatted(std::string_view text);

}  // namespace parley::connectors::slack
