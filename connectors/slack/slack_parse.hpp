// connectors/slack/slack_parse.hpp
// Requests of Slack in, events out: an Events API callback (JSON), a pressed button or a slash
// command (a form).
//
// Errors   malformed: neither, or a field the meaning hangs on has a wrong type. What bots write,
//          ourselves first of all, is no event.
#pragma once

#include <string>
#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::slack {

Parsed parse_request(std::string_view body);

// The challenge of a url_verification request; nullopt: it is none.
std::optional<std::string> challenge_in(std::string_view body);

// Slack looks at the certificate, with a request that says nothing and is not always signed.
bool is_ssl_check(std::string_view body);

}  // namespace parley::connectors::slack
