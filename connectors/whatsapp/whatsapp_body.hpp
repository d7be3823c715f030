// connectors/whatsapp/whatsapp_body.hpp
// The body of one message to the Cloud API, written piece by piece.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json_writer.hpp"
#include "connectors/graph_dialogue.hpp"
#include "conversation/part.hpp"

namespace parley::connectors::whatsapp {

// A file by its address, by the platform's id, or from our own store.
struct File {
  std::string url, platform_id, media_id;
  std::string name, mime;

  bool is_somewhere() const { return !url.empty() || !platform_id.empty() || !media_id.empty(); }
};

File file_of(const Media& media);
// The last part of a URL's path; "" if it has none.
std::string base_name(std::string_view url);

class Body {
 public:
  // Opens the message: to whom, quoting `quoted` if that is a message of the platform's, and the
  // member named after the type, whose value the caller writes with json().
  Body(std::string_view recipient, std::string_view quoted, std::string_view type);

  JsonWriter& json() { return json_; }

  // {"link":...} or {"id":...}, with caption and file name unless "". At most one of a body comes
  // from our store.
  void write_file(const File& file, std::string_view caption = {}, std::string_view name = {});

  graph::Item take();

  // What the platform tells us with each status of this message.
  static void mark(std::string_view with, graph::Item& item);

 private:
  JsonWriter json_;
  graph::Item item_;
};

}  // namespace parley::connectors::whatsapp
