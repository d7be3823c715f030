#include "connectors/telegram/stand_in.hpp"

#include <algorithm>
#include <charconv>
#include <deque>

#include "base/json_writer.hpp"

namespace parley::connectors::telegram {
namespace {

constexpr std::size_t kUpdatesMax = 100;  // as many as one answer holds

ApiAnswer refused(int code, std::string_view words, std::optional<int> retry_after_s = {}) {
  JsonWriter out;
  out.begin_object().member("ok", false).member("error_code", code).member("description", words);
  if (retry_after_s) {
    out.key("parameters").begin_object().member("retry_after", *retry_after_s).end_object();
  }
  out.end_object();
  return json_answer(out.take(), code);
}

// "sendMessage" of "/bot<token>/sendMessage"; "" if the path is none of the Bot API's.
std::string_view method_of(std::string_view path) {
  const auto slash = path.find('/', 1);
  if (!path.starts_with("/bot") || slash == std::string_view::npos) return {};
  return path.substr(slash + 1);
}

std::string words_of(const ApiRequest& request, std::string_view method) {
  for (const char* field : {"text", "caption"}) {
    if (auto text = form_field(request, field); !text.empty()) return text;
  }
  return "[" + std::string(method.substr(4)) + "]";
}

class TelegramStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("telegram", "", api_base);
    channel.secrets.emplace("bot_token", Secret("100000:sample-bot-token"));
    channel.secrets.emplace("secret_token", Secret("sample-hook-secret"));
    return {channel};
  }

  std::string user(std::uint64_t number) const override { return std::to_string(424'242 + number); }

  Redelivery redelivery() const override { return {8, Milliseconds(20'000), Milliseconds(1'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    const bool digits = !said.user.empty() && said.user.size() < 16 &&
                        std::ranges::all_of(said.user, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) {
      return Error{.code = Errc::misconfigured, .detail = "a Telegram user is a number"};
    }
    JsonWriter json;
    json.begin_object().member("update_id", said.number);
    json.key("message").begin_object().member("message_id", said.number);
    json.key("from").begin_object();
    json.key("id").raw(said.user).member("is_bot", false);
    json.member("first_name", "Simulated").member("last_name", "Customer").end_object();
    json.key("chat").begin_object().key("id").raw(said.user).member("type", "private").end_object();
    json.member("date", unix_seconds(said.said_at));
    json.member("text", said.text).end_object().end_object();
    if (channel.setting("receive") == "poll")
      return Dispatch{.webhooks = {}, .records = {json.take()}};
    Webhook hook;
    hook.target = webhook_path(channel);
    hook.headers = {{"Content-Type", "application/json"},
                    {"X-Telegram-Bot-Api-Secret-Token", channel.secret("secret_token").reveal()}};
    hook.body = json.take();
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  void stock(std::string_view record) override {
    updates_.emplace_back(record);
    if (updates_.size() > kUpdatesMax) updates_.pop_front();
  }

  bool is_send(const ApiRequest& request) const override {
    const auto method = method_of(request.path);
    return method.starts_with("send") && method != "sendChatAction";
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (request.path.starts_with("/file/bot")) return ApiOutcome{picture_answer()};
    const auto method = method_of(request.path);
    if (method.empty()) return std::nullopt;
    if (method == "getFile") {
      return ApiOutcome{
          json_answer(R"({"ok":true,"result":{"file_id":"f","file_path":"photos/file_1.png"}})")};
    }
    if (method == "getUpdates") return ApiOutcome{updates_from(form_field(request, "offset"))};
    if (method == "sendChatAction" || method == "answerCallbackQuery") {
      return ApiOutcome{json_answer(R"({"ok":true,"result":true})")};
    }
    if (!is_send(request)) return ApiOutcome{refused(404, "Not Found")};
    AcceptedSend send;
    send.method = method;
    send.to = form_field(request, "chat_id");
    if (send.to.empty()) return ApiOutcome{refused(400, "Bad Request: chat_id is empty")};
    send.text = words_of(request, method);
    send.external_id = std::to_string(++messages_);
    JsonWriter out;
    out.begin_object().member("ok", true).key("result").begin_object();
    out.member("message_id", messages_).end_object().end_object();
    return ApiOutcome{json_answer(out.take()), {std::move(send)}};
  }

  ApiAnswer throttled(int retry_after_s) const override {
    auto answer = refused(429, "Too Many Requests", retry_after_s);
    answer.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
    return answer;
  }

 private:
  // Asking from an offset on tells that all before it were read. Never waits for more.
  ApiAnswer updates_from(std::string_view offset) {
    const auto number_of = [](std::string_view text) {
      std::uint64_t number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    };
    std::erase_if(updates_, [&](const std::string& update) {
      return number_of(json_at(update, "/update_id")) < number_of(offset);
    });
    JsonWriter out;
    out.begin_object().member("ok", true).key("result").begin_array();
    for (const auto& update : updates_) out.raw(update);
    out.end_array().end_object();
    return json_answer(out.take());
  }

  std::deque<std::string> updates_;
  std::uint64_t messages_ = 0;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<TelegramStandIn>(); }

}  // namespace parley::connectors::telegram
