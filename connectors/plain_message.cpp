#include "connectors/plain_message.hpp"

#include <charconv>
#include <initializer_list>

namespace parley::connectors {
namespace {

std::string joined(std::initializer_list<std::string_view> words, std::string_view between) {
  std::string out;
  for (const auto word : words) {
    if (word.empty()) continue;
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

std::string shortest(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  return {digits, end.ptr};
}

std::string_view word_of(MediaKind kind) {
  switch (kind) {
    case MediaKind::image:
      return "image";
    case MediaKind::audio:
    case MediaKind::voice:
      return "audio";
    case MediaKind::video:
      return "video";
    case MediaKind::sticker:
      return "sticker";
    case MediaKind::file:
      break;
  }
  return "file";
}

class Plainer {
 public:
  explicit Plainer(const PlainOptions& options) : options_(options) {}

  PlainMessage run(const Message& message) {
    for (const auto& part : message.content) {
      std::visit([this](const auto& what) { add(what); }, part);
    }
    add_actions(message.suggested_actions);
    return std::move(out_);
  }

 private:
  void line(std::string_view words) {
    if (words.empty()) return;
    if (!out_.text.empty()) out_.text += '\n';
    out_.text += words;
  }
  void degrade(std::string what) { out_.degraded.push_back(std::move(what)); }

  void add(const Text& part) {
    if (part.format != TextFormat::plain) degrade("text format: shown as plain text");
    line(part.text);
  }

  void add(const Media& part) {
    const std::string word(word_of(part.kind));
    const bool reachable = !part.url.empty() || (options_.stored && !part.media_id.empty());
    if (options_.media && reachable) {
      out_.media.push_back(part);
    } else if (!part.url.empty()) {
      line(part.url);
      degrade(word + ": sent as a link");
    } else if (!part.emoji.empty()) {
      line(part.emoji);
      degrade(word + ": sent as emoji");
    } else if (const auto words = joined({part.name, part.alt, part.transcript}, "\n");
               !words.empty()) {
      line(words);
      degrade(word + ": only its words were sent");
    } else {
      degrade(word + ": left out, it has no url");
    }
  }

  void add(const Location& part) {
    const std::string map =
        "https://maps.google.com/?q=" + shortest(part.latitude) + "," + shortest(part.longitude);
    line(joined({part.name, part.address, map}, "\n"));
    degrade("location: sent as a map link");
  }

  void add(const Contact& part) {
    std::string words = part.name;
    for (const auto* list : {&part.phones, &part.emails}) {
      for (const auto& one : *list) words = joined({words, one}, "\n");
    }
    line(words);
    degrade("contact: sent as text");
  }

  void add(const Link& part) { line(joined({part.title, part.description, part.url}, "\n")); }

  void add(const Card& part) {
    if (!part.image_url.empty()) {
      Media picture;
      picture.kind = MediaKind::image;
      picture.url = part.image_url;
      add(picture);
    } else if (!part.image_media_id.empty()) {
      degrade("card: its picture was left out");
    }
    line(joined({part.title, part.text}, "\n"));
    degrade("card: sent as text");
    add_actions(part.actions);
  }

  void add(const Cards& part) {
    for (const auto& card : part.items) add(card);
  }

  void add(const Form& part) {
    for (const auto& field : part.fields) {
      std::string options;
      for (const auto& one : field.options) options = joined({options, one}, " / ");
      line(joined({field.label.empty() ? field.name : field.label, options}, ": "));
    }
    degrade("form: sent as text");
  }

  void add(const Goods& part) {
    line(joined({part.title, part.price, part.status, part.url}, "\n"));
    degrade("goods: sent as text");
  }

  void add(const Edit& part) {
    line(part.text);
    degrade("edit: sent as a new message");
  }

  void add(const Template& part) { out_.templates.push_back(part); }
  void add(const ActionResponse& part) { line(part.title.empty() ? part.payload : part.title); }

  template <class T>
  void add(const T& part) {
    degrade(std::string(part_type(Part(part))) + ": left out, this channel cannot show it");
  }

  void add_actions(const std::vector<Action>& actions) {
    std::size_t number = 0;
    for (const auto& action : actions) {
      const std::string& target = action.url.empty() ? action.phone : action.url;
      if (!target.empty()) {
        line(joined({action.title, target}, ": "));
      } else if (!action.title.empty()) {
        line(std::to_string(++number) + ". " + action.title);
      } else {
        degrade("action: left out, it has no title");
      }
    }
    if (!actions.empty()) degrade("actions: sent as text");
  }

  const PlainOptions options_;
  PlainMessage out_;
};

}  // namespace

PlainMessage plain_message(const Message& message, const PlainOptions& options) {
  return Plainer(options).run(message);
}

}  // namespace parley::connectors
