#include "connectors/discord/discord_plan.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/text_split.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::discord {
namespace {

constexpr std::size_t kEmbedTitleMax = 256;
constexpr std::size_t kEmbedTextMax = 4000;
constexpr std::size_t kRowButtonsMax = 5;
constexpr std::size_t kButtonsMax = 25;
constexpr std::size_t kLabelMax = 80;
constexpr std::size_t kCustomIdMax = 100;
constexpr std::size_t kUrlMax = 512;

enum Style : int { kSecondary = 2, kLink = 5 };

std::string cut(std::string_view text, std::size_t max) {
  return cut_text(text, max, TextUnit::utf16);
}

std::string members_of(JsonWriter& json) {
  const std::string object = json.end_object().take();
  return object.substr(1, object.size() - 2);
}

// Nobody is pinged by what a bot repeats.
bool mentions(std::string_view text) {
  return text.contains("@everyone") || text.contains("@here") || text.contains("<@");
}

class Planner {
 public:
  explicit Planner(const Send& send) : send_(send) {}

  Plan run() {
    const auto& content = send_.message.content;
    for (index_ = 0; index_ < content.size(); ++index_) {
      std::visit([this](const auto& part) { add(part); }, content[index_]);
    }
    add_actions();
    return std::move(plan_);
  }

 private:
  void report(std::string_view what) {
    plan_.degraded.push_back("part " + std::to_string(index_ + 1) + ": " + std::string(what));
  }

  void add_text(std::string_view text) {
    for (const auto& piece : split_text(text, kContentMax, TextUnit::utf16)) {
      JsonWriter json;
      json.begin_object().member("content", piece);
      if (mentions(piece)) {
        json.key("allowed_mentions").raw(R"({"parse":[]})");
      }
      plan_.items.push_back({.members = members_of(json), .upload = {}});
      buttons_in_last_ = false;
    }
  }

  void add_words(const Part& part, std::string_view why) {
    const std::string words = words_of(part);
    report(words.empty() ? "left out, this channel cannot show it" : why);
    add_text(words);
  }

  void add(const Text& part) {
    if (part.format == TextFormat::html) report("its format was left out, shown as plain text");
    add_text(part.text);
  }

  void add(const Media& part) {
    if (!part.media_id.empty()) {
      const std::string name = part.name.empty() ? "file" : part.name;
      plan_.items.push_back({.members = {},
                             .upload = Upload{.media = MediaId{part.media_id},
                                              .field = "files[0]",
                                              .file_name = name,
                                              .mime = part.mime}});
      buttons_in_last_ = false;
      return;
    }
    const bool picture = part.kind == MediaKind::image || part.kind == MediaKind::sticker;
    if (!picture || !is_web_url(part.url)) return add_words(Part(part), "sent as words");
    JsonWriter json;
    json.begin_object().key("embeds").begin_array().begin_object();
    json.key("image").begin_object().member("url", part.url).end_object();
    json.end_object().end_array();
    plan_.items.push_back({.members = members_of(json), .upload = {}});
    buttons_in_last_ = false;
  }

  void add(const Card& part) {
    const bool picture = is_web_url(part.image_url);
    if (!picture && !(part.image_url.empty() && part.image_media_id.empty())) {
      report("its picture was left out, it has no address");
    }
    if (part.title.empty() && part.text.empty() && !picture) return report("left out, it is empty");
    JsonWriter json;
    json.begin_object().key("embeds").begin_array().begin_object();
    if (!part.title.empty()) json.member("title", cut(part.title, kEmbedTitleMax));
    if (!part.text.empty()) json.member("description", cut(part.text, kEmbedTextMax));
    if (picture) json.key("image").begin_object().member("url", part.image_url).end_object();
    json.end_object().end_array();
    buttons_in_last_ = false;
    const std::string rows = rows_of(part.actions, "card action");
    if (!rows.empty()) json.key("components").raw(rows);
    plan_.items.push_back({.members = members_of(json), .upload = {}});
    buttons_in_last_ = !rows.empty();
  }

  void add(const Cards& part) {
    for (const auto& card : part.items) add(card);
  }
  void add(const Link& part) { add_text(words_of(Part(part))); }
  void add(const Location& part) { add_words(Part(part), "sent as a map link"); }
  void add(const Contact& part) { add_words(Part(part), "sent as words"); }
  void add(const Form& part) { add_words(Part(part), "sent as questions"); }
  void add(const Goods& part) { add_words(Part(part), "sent as words"); }
  void add(const Edit& part) {
    report("sent as a new message");
    add_text(part.text);
  }
  template <class Other>
  void add(const Other&) {
    report("left out, this channel cannot show it");
  }

  // Why an action cannot be a button; "" if it can.
  std::string_view trouble_with(const Action& action, std::vector<std::string>& ids) const {
    switch (action.type) {
      case ActionType::link:
      case ActionType::webview:
      case ActionType::form:
        if (!is_web_url(action.url) || action.url.size() > kUrlMax) {
          return "it has no url that can be opened";
        }
        return {};
      case ActionType::reply:
      case ActionType::postback:
      case ActionType::handoff: {
        const auto& id = action.payload.empty() ? action.title : action.payload;
        if (id.empty() || text_length(id, TextUnit::utf16) > kCustomIdMax) {
          return "its payload must have 1 to 100 characters";
        }
        if (std::ranges::find(ids, id) != ids.end()) return "another has the same payload";
        ids.push_back(id);
        return {};
      }
      default:
        return "this channel cannot show it";
    }
  }

  static void write_button(JsonWriter& json, const Action& action) {
    const bool link = !action.url.empty() && action.type != ActionType::reply &&
                      action.type != ActionType::postback && action.type != ActionType::handoff;
    const auto& id = action.payload.empty() ? action.title : action.payload;
    const std::string& title = action.title.empty() && !link ? id : action.title;
    json.begin_object().member("type", 2).member("style", link ? kLink : kSecondary);
    json.member("label", title.empty() ? std::string("Open") : cut(title, kLabelMax));
    json.member(link ? "url" : "custom_id", link ? action.url : id).end_object();
  }

  // The action rows, "" if no button is left.
  std::string rows_of(const std::vector<Action>& actions, std::string_view what) {
    std::vector<const Action*> buttons;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < actions.size(); ++i) {
      const bool full = buttons.size() == kButtonsMax;
      const auto trouble = full ? std::string_view("with all after it, 25 buttons are the most")
                                : trouble_with(actions[i], ids);
      if (trouble.empty()) {
        buttons.push_back(&actions[i]);
        continue;
      }
      plan_.degraded.push_back(std::string(what) + " " + std::to_string(i + 1) + " (" +
                               std::string(name_of(actions[i].type)) + "): left out, " +
                               std::string(trouble));
      if (full) break;
    }
    if (buttons.empty()) return {};
    JsonWriter json;
    json.begin_array();
    for (std::size_t i = 0; i < buttons.size(); ++i) {
      if (i % kRowButtonsMax == 0) {
        if (i > 0) json.end_array().end_object();
        json.begin_object().member("type", 1).key("components").begin_array();
      }
      write_button(json, *buttons[i]);
    }
    return json.end_array().end_object().end_array().take();
  }

  void add_actions() {
    const auto& actions = send_.message.suggested_actions;
    if (actions.empty() || plan_.items.empty()) return;
    const std::string rows = rows_of(actions, "action");
    if (rows.empty()) return;
    if (buttons_in_last_) plan_.items.push_back({.members = R"("content":"…")", .upload = {}});
    std::string& members = plan_.items.back().members;
    members += (members.empty() ? "" : ",") + std::string("\"components\":") + rows;
  }

  const Send& send_;
  std::size_t index_ = 0;
  bool buttons_in_last_ = false;  // a card's own
  Plan plan_;
};

}  // namespace

Plan plan_send(const Send& send) { return Planner(send).run(); }

}  // namespace parley::connectors::discord
