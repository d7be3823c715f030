#include "connectors/twilio/twiml.hpp"

#include <algorithm>

#include "connectors/text_split.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::twilio {
namespace {

constexpr std::size_t kSayMax = 4000;  // Twilio's limit for one <Say> is 4,096

// The webhook with what the next request must bring back.
std::string webhook_of(const Channel& channel, std::string_view turn, int silences) {
  std::string url(channel.setting("webhook_url"));
  url.resize(std::min(url.find('#'), url.size()));
  url += url.find('?') == std::string::npos ? "?turn=" : "&turn=";
  url += percent_encode(turn);
  if (silences > 0) url += "&silence=" + std::to_string(silences);
  return url;
}

std::string attribute(std::string_view name, std::string_view value) {
  if (value.empty()) return {};
  return " " + std::string(name) + "=\"" + xml_text(value) + "\"";
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') continue;
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string twiml_document(std::string_view verbs) {
  std::string out = R"(<?xml version="1.0" encoding="UTF-8"?>)";
  if (verbs.empty()) return out + "<Response/>";
  return out + "<Response>" + std::string(verbs) + "</Response>";
}

Reply twiml_reply(std::string_view verbs) {
  return {.status = 200, .content_type = "text/xml", .body = twiml_document(verbs)};
}

std::string say(const Channel& channel, std::string_view text) {
  std::string out;
  for (const auto& piece : split_text(text, kSayMax, TextUnit::utf16)) {
    out += "<Say" + attribute("language", channel.setting("language")) +
           attribute("voice", channel.setting("voice")) + ">" + xml_text(piece) + "</Say>";
  }
  return out;
}

std::string listen(const Channel& channel, std::string_view turn, int silences) {
  std::string out = R"(<Gather input="speech dtmf" method="POST")";
  out += attribute("action", webhook_of(channel, turn, 0));
  out += attribute("language", channel.setting("language"));
  out += attribute("hints", channel.setting("hints"));
  out += attribute("timeout", channel.setting("listen_s"));
  out += attribute("speechTimeout", channel.setting("speech_timeout"));
  out += "/><Redirect method=\"POST\">";
  return out + xml_text(webhook_of(channel, turn, silences + 1)) + "</Redirect>";
}

}  // namespace parley::connectors::twilio
