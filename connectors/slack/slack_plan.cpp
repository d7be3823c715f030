#include "connectors/slack/slack_plan.hpp"

#include "base/json_writer.hpp"
#include "connectors/slack/slack_markup.hpp"
#include "connectors/text_split.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::slack {
namespace {

constexpr std::size_t kMarkdownMax = 12'000;
constexpr std::size_t kSectionMax = 3000;
constexpr std::size_t kButtonTitleMax = 75;
constexpr std::size_t kButtonValueMax = 2000;
constexpr std::size_t kButtonUrlMax = 3000;
constexpr std::size_t kButtonsMax = 25;
constexpr std::size_t kImageUrlMax = 3000;
constexpr std::size_t kAltMax = 2000;

std::size_t length(std::string_view text) { return text_length(text, TextUnit::code_points); }

std::string cut(std::string_view text, std::size_t max) {
  return cut_text(text, max, TextUnit::code_points);
}

class Planner {
 public:
  explicit Planner(const Send& send) : send_(send), place_(place_of(send.recipient)) {}

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

  JsonWriter open() const {
    JsonWriter json;
    json.begin_object().member("channel", place_.channel);
    if (!place_.thread.empty()) json.member("thread_ts", place_.thread);
    return json;
  }

  void put(JsonWriter& json) {
    plan_.items.push_back({.post = json.end_object().take(), .upload = {}, .title = {}});
  }

  // Plain words stay plain: Slack would read *this* as bold.
  void add_text(std::string_view text) {
    for (const auto& piece : split_text(text, kTextMax, TextUnit::code_points)) {
      JsonWriter json = open();
      json.member("text", escaped(piece));
      if (looks_formatted(piece)) json.member("mrkdwn", false);
      put(json);
      last_text_ = piece;
      last_is_markdown_ = false;
    }
  }

  void add_markdown(std::string_view text) {
    for (const auto& piece : split_text(text, kMarkdownMax, TextUnit::code_points)) {
      JsonWriter json = open();
      json.member("markdown_text", piece);
      put(json);
      last_text_ = piece;
      last_is_markdown_ = true;
    }
  }

  void add(const Text& part) {
    if (part.format == TextFormat::html) report("its format was left out, shown as plain text");
    part.format == TextFormat::markdown ? add_markdown(part.text) : add_text(part.text);
  }

  void add_words(const Part& part, std::string_view why) {
    const std::string words = words_of(part);
    report(words.empty() ? "left out, this channel cannot show it" : why);
    add_text(words);
  }

  void add(const Media& part) {
    if (!part.media_id.empty() && part.size_bytes > 0) return add_upload(part);
    if (!part.media_id.empty() && part.url.empty()) {
      return report("left out, Slack wants to know a file's size beforehand");
    }
    const bool picture = part.kind == MediaKind::image || part.kind == MediaKind::sticker;
    if (picture && is_web_url(part.url) && part.url.size() <= kImageUrlMax) {
      return add_image(part.url, joined({part.alt.empty() ? part.name : part.alt}, ""));
    }
    if (is_web_url(part.url)) return add_file_link(part);
    add_words(Part(part), "sent as words");
  }

  void add_image(const std::string& url, std::string alt) {
    if (alt.empty()) alt = file_name_of(url);
    if (alt.empty()) alt = "image";
    JsonWriter json = open();
    json.member("text", escaped(alt)).key("blocks").begin_array();
    write_image(json, url, alt);
    json.end_array();
    put(json);
    last_text_.clear();
  }

  static void write_image(JsonWriter& json, const std::string& url, const std::string& alt) {
    json.begin_object().member("type", "image").member("image_url", url);
    json.member("alt_text", cut(alt, kAltMax)).end_object();
  }

  // Slack shows a preview of what it finds at the address.
  void add_file_link(const Media& part) {
    report("sent as a link");
    std::string name = part.name.empty() ? file_name_of(part.url) : part.name;
    for (char& c : name) {
      if (c == '|' || c == '>' || c == '<') c = ' ';
    }
    JsonWriter json = open();
    json.member("text", "<" + escaped(part.url) + (name.empty() ? "" : "|" + escaped(name)) + ">");
    put(json);
    last_text_.clear();
  }

  void add_upload(const Media& part) {
    const std::string name = part.name.empty() ? "file" : part.name;
    plan_.items.push_back({.post = {},
                           .upload = Upload{.media = MediaId{part.media_id},
                                            .field = "filename",
                                            .file_name = name,
                                            .mime = part.mime},
                           .upload_bytes = part.size_bytes,
                           .title = name});
    last_text_.clear();
  }

  void add(const Card& part) {
    const bool picture = is_web_url(part.image_url) && part.image_url.size() <= kImageUrlMax;
    if (!picture && !(part.image_url.empty() && part.image_media_id.empty())) {
      report("its picture was left out, it has no address");
    }
    const std::string text = joined({part.title, part.text}, "\n");
    if (text.empty() && !picture) return report("left out, a card needs words or a picture here");
    JsonWriter json = open();
    json.member("text", escaped(text)).key("blocks").begin_array();
    if (picture) write_image(json, part.image_url, part.title.empty() ? "image" : part.title);
    if (!text.empty()) write_section(json, text, false);
    write_buttons(json, part.actions, "card action");
    json.end_array();
    put(json);
    last_text_.clear();
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

  void write_section(JsonWriter& json, std::string_view text, bool markdown) const {
    if (markdown) {
      json.begin_object().member("type", "markdown").member("text", text).end_object();
      return;
    }
    json.begin_object().member("type", "section").key("text").begin_object();
    json.member("type", "plain_text").member("text", cut(text, kSectionMax));
    json.end_object().end_object();
  }

  void leave_out(const Action& action, std::size_t index, std::string_view what,
                 std::string_view why) {
    plan_.degraded.push_back(std::string(what) + " " + std::to_string(index + 1) + " (" +
                             std::string(name_of(action.type)) + "): left out, " +
                             std::string(why));
  }

  // False if the button cannot be shown; the reason is reported.
  bool write_button(JsonWriter& json, const Action& action, std::size_t index,
                    std::string_view what) {
    const bool link = action.type == ActionType::link || action.type == ActionType::webview ||
                      action.type == ActionType::form;
    const bool says = action.type == ActionType::reply || action.type == ActionType::postback ||
                      action.type == ActionType::handoff;
    const std::string& value = action.payload.empty() ? action.title : action.payload;
    if (!link && !says) {
      leave_out(action, index, what, "this channel cannot show it");
      return false;
    }
    if (link && (!is_web_url(action.url) || action.url.size() > kButtonUrlMax)) {
      leave_out(action, index, what, "it has no url that can be opened");
      return false;
    }
    if (says && (value.empty() || length(value) > kButtonValueMax)) {
      leave_out(action, index, what, "its payload must have 1 to 2000 characters");
      return false;
    }
    const std::string title = action.title.empty() ? (link ? "Open" : value) : action.title;
    json.begin_object().member("type", "button").key("text").begin_object();
    json.member("type", "plain_text").member("text", cut(title, kButtonTitleMax)).end_object();
    json.member("action_id", "parley_" + std::to_string(index + 1));
    if (link) {
      json.member("url", action.url);
    } else {
      json.member("value", value);
    }
    json.end_object();
    return true;
  }

  bool write_buttons(JsonWriter& json, const std::vector<Action>& actions, std::string_view what) {
    JsonWriter row;
    row.begin_object().member("type", "actions").key("elements").begin_array();
    std::size_t count = 0;
    for (std::size_t i = 0; i < actions.size(); ++i) {
      if (count == kButtonsMax) {
        leave_out(actions[i], i, what, "with all after it, 25 buttons are the most");
        break;
      }
      if (write_button(row, actions[i], i, what)) ++count;
    }
    row.end_array().end_object();
    if (count > 0) json.raw(row.take());
    return count > 0;
  }

  // Below the last words if they fit into a section, else in a message of their own.
  void add_actions() {
    const auto& actions = send_.message.suggested_actions;
    if (actions.empty() || plan_.items.empty()) return;
    const bool joins =
        !last_text_.empty() && (last_is_markdown_ || length(last_text_) <= kSectionMax);
    JsonWriter json = open();
    json.member("text", joins ? escaped(last_text_) : std::string("…"));
    json.key("blocks").begin_array();
    if (joins) write_section(json, last_text_, last_is_markdown_);
    if (!write_buttons(json, actions, "action")) return;
    json.end_array();
    if (joins) plan_.items.pop_back();
    put(json);
  }

  const Send& send_;
  const Place place_;
  std::size_t index_ = 0;
  std::string last_text_;  // of the last item, if that is nothing but words
  bool last_is_markdown_ = false;
  Plan plan_;
};

}  // namespace

Place place_of(std::string_view recipient) {
  const auto colon = recipient.find(':');
  if (colon == std::string_view::npos) return {std::string(recipient), ""};
  return {std::string(recipient.substr(0, colon)), std::string(recipient.substr(colon + 1))};
}

Plan plan_send(const Send& send) { return Planner(send).run(); }

}  // namespace parley::connectors::slack
