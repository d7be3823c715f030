#include "connectors/line/line_actions.hpp"

#include <optional>

#include "base/json_writer.hpp"
#include "connectors/text_split.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::line {
namespace {

constexpr std::size_t kItemsMax = 13;
constexpr std::size_t kLabelMax = 20;
constexpr std::size_t kMessageTextMax = 300;
constexpr std::size_t kPostbackDataMax = 300;
constexpr std::size_t kUriMax = 1000;
constexpr std::size_t kClipboardMax = 1000;

bool fits(std::string_view text, std::size_t max) {
  return !text.empty() && text_length(text, TextUnit::utf16) <= max;
}

class Writer {
 public:
  Writer(std::string_view what, std::vector<std::string>& degraded)
      : what_(what), degraded_(degraded) {}

  // `in_bar`: as a quick reply, where a place can be asked for too.
  std::optional<std::string> write(const Action& action, std::size_t index, bool in_bar) {
    action_ = &action;
    index_ = index;
    switch (action.type) {
      case ActionType::link:
      case ActionType::webview:
      case ActionType::form:
        if (!is_web_url(action.url) || action.url.size() > kUriMax) {
          return leave_out("it has no url that can be opened");
        }
        return object("uri", "Open", {{"uri", action.url}});
      case ActionType::call:
        if (action.phone.empty()) return leave_out("it has no phone number");
        return object("uri", action.phone, {{"uri", "tel:" + action.phone}});
      case ActionType::copy:
        if (!fits(action.payload, kClipboardMax)) return leave_out("it has no text to copy");
        return object("clipboard", "Copy", {{"clipboardText", action.payload}});
      case ActionType::location_request:
        if (!in_bar) return leave_out("a place can be asked for in quick replies only");
        return object("location", "Send location", {});
      case ActionType::reply:
      case ActionType::handoff:
      case ActionType::postback:
        return say();
      case ActionType::mini_program:
        break;
    }
    return leave_out("this channel cannot show it");
  }

  void report(std::string_view why) {
    degraded_.push_back(std::string(what_) + " " + std::to_string(index_ + 1) + " (" +
                        std::string(name_of(action_->type)) + "): " + std::string(why));
  }

 private:
  using Members = std::initializer_list<std::pair<std::string_view, std::string>>;

  std::nullopt_t leave_out(std::string_view why) {
    report("left out, " + std::string(why));
    return std::nullopt;
  }

  std::string object(std::string_view type, std::string_view usual_label, Members members) {
    const std::string& title = action_->title;
    std::string label = title.empty() ? std::string(usual_label) : title;
    if (text_length(label, TextUnit::utf16) > kLabelMax) {
      label = cut_text(label, kLabelMax, TextUnit::utf16);
      if (!title.empty()) report("its title was cut at 20 characters");
    }
    JsonWriter json;
    json.begin_object().member("type", type).member("label", label);
    for (const auto& [name, value] : members) json.member(name, value);
    return json.end_object().take();
  }

  // With something of its own to say back it is a postback, else the customer says the title.
  std::optional<std::string> say() {
    const std::string& title = action_->title;
    const std::string& payload = action_->payload;
    const bool silent = action_->type == ActionType::postback;
    if (title.empty() && payload.empty()) return leave_out("it has no title");
    if (!silent && (payload.empty() || payload == title)) {
      if (!fits(title, kMessageTextMax)) return leave_out("its title is too long");
      return object("message", "", {{"text", title}});
    }
    const std::string& data = payload.empty() ? title : payload;
    const std::string& shown = title.empty() ? payload : title;
    if (!fits(data, kPostbackDataMax)) return leave_out("its payload is too long");
    return object(
        "postback", shown,
        {{"data", data}, {"displayText", cut_text(shown, kMessageTextMax, TextUnit::utf16)}});
  }

  std::string_view what_;
  std::vector<std::string>& degraded_;
  const Action* action_ = nullptr;
  std::size_t index_ = 0;
};

}  // namespace

std::vector<std::string> action_objects(const std::vector<Action>& actions, std::string_view what,
                                        std::vector<std::string>& degraded) {
  Writer writer(what, degraded);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if (auto object = writer.write(actions[i], i, false)) out.push_back(*std::move(object));
  }
  return out;
}

std::string quick_reply_items(const std::vector<Action>& actions,
                              std::vector<std::string>& degraded) {
  Writer writer("action", degraded);
  JsonWriter json;
  json.begin_array();
  std::size_t items = 0;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    auto object = writer.write(actions[i], i, true);
    if (!object) continue;
    if (items == kItemsMax) {
      writer.report("left out with all after it, 13 quick replies are the most");
      break;
    }
    json.begin_object().member("type", "action").key("action").raw(*object).end_object();
    ++items;
  }
  json.end_array();
  return items == 0 ? std::string() : json.take();
}

}  // namespace parley::connectors::line
