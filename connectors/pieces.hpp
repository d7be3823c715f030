// connectors/pieces.hpp
// A message of ours cut into what a platform shows in one message each. What the platform cannot
// show becomes text, and the report says so: nothing is lost in silence.
//
// The pieces are a pure function of the message and the abilities, so a send that a restart cut in
// two goes on by the number of its step. They point into the message.
//
// Threads  any.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "conversation/capabilities.hpp"
#include "conversation/message.hpp"

namespace parley::connectors {

struct Piece {
  enum class Kind : std::uint8_t { text, media, link, location, card, template_ };
  Kind kind = Kind::text;
  std::string text = {};
  TextFormat format = TextFormat::plain;
  const Media* media = nullptr;
  const Link* link = nullptr;
  const Location* location = nullptr;
  const Card* card = nullptr;  // its actions too
  const Template* approved = nullptr;
  std::vector<Action> actions = {};  // buttons under a text
};

struct Pieces {
  std::vector<Piece> list;
  std::vector<std::string> degraded;
};

// What a platform shows natively. Each ability not given is turned into text.
struct Shows {
  std::size_t text_max = 1'000;
  TextUnit text_unit = TextUnit::code_points;
  bool urls = true;  // false: the platform refuses texts that hold addresses
  bool markdown = false;
  bool (*media)(const Media&) = nullptr;  // can this very medium go?
  bool links = false;
  bool locations = false;
  bool templates = false;
  bool (*card)(const Card&) = nullptr;
  bool (*action)(const Action&) = nullptr;  // can this one be a button under a text?
};

Pieces pieces_of(const Message& message, const Shows& shows);

// Our ids of stored media have one shape; any other id is a platform's own.
bool is_stored_media(std::string_view media_id);

}  // namespace parley::connectors
