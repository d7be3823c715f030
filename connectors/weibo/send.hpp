// connectors/weibo/send.hpp
// Our message as private messages: texts, articles and places, by the push's
// own answer or by messages/reply.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::weibo {

inline constexpr std::size_t kTextCharsMax = 300;

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

// nullopt: it takes more than one message, or something had to be left out.
std::optional<Reply> render_passive(const SendContext& context, std::string_view account);

}  // namespace parley::connectors::weibo
