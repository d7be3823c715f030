// bots/stand_in.hpp
// The bot's side of a dialogue, offline and without sockets: what a model's server, Rasa, Dify or a
// tenant's own program would answer, by a script. Tests and `parley simulate` act as one through
// it; the gateway never does. Written without the adapters' parsing code: two readings of an
// interface check each other.
//
// Who is meant   by the path's end: /chat/completions, /webhooks/rest/webhook, /chat-messages;
//                /orders/lookup is a tenant's order system; /bot is a signed webhook.
// Script         lines "<part of what the customer wrote><TAB><what happens>", the first that fits;
//                say <text>, handover <reason>, lookup <order>, lookup-for-ever, empty, garbage,
//                long, cut, breaks-off, 429 <seconds>, status <code>. None fits: it says the text
//                back.
// Limits         none of its own: it is asked by tests.
// Threads        one at a time.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::bots {

struct BotAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body;
};

class BotStandIn {
 public:
  static bool is_meant(std::string_view path);

  // Lines as above; empty ones and those that begin with # are skipped.
  void read_script(std::string_view lines);
  BotAnswer react(std::string_view path, std::string_view body);

 private:
  struct Line {
    std::string part, verb, argument;
  };
  Line line_for(std::string_view said) const;

  std::vector<Line> script_;
  std::uint64_t conversations_ = 0;
};

}  // namespace parley::bots
