#include "connectors/telegram/telegram.hpp"

#include "base/crypto.hpp"
#include "connectors/telegram/stand_in.hpp"
#include "connectors/telegram/telegram_api.hpp"
#include "connectors/telegram/telegram_parse.hpp"
#include "connectors/telegram/telegram_poll.hpp"
#include "connectors/telegram/telegram_send.hpp"

#include <algorithm>

namespace parley::connectors {
namespace {

using namespace std::chrono_literals;
using telegram::api_call;

const Capabilities kCapabilities = [] {
  Capabilities can;
  can.platform = "telegram";
  can.content = {{"text", Level::native},
                 {"image", Level::native},
                 {"file", Level::native},
                 {"audio", Level::native},
                 {"voice", Level::native},
                 {"video", Level::native},
                 {"sticker", Level::native},
                 {"location", Level::native},
                 {"contact", Level::native},
                 {"card", Level::native},
                 {"action_response", Level::native},
                 {"link", Level::converted},
                 {"cards", Level::converted},
                 {"goods", Level::converted},
                 {"form", Level::converted},
                 {"form_response", Level::native},
                 {"reaction", Level::none},
                 {"edit", Level::none},
                 {"delete", Level::none},
                 {"template", Level::none}};
  can.text_max = 4096;
  can.text_unit = TextUnit::utf16;
  can.typing = true;
  can.quick_replies = true;
  can.rate_per_s = 30;  // of one bot, over all chats
  can.burst = 30;
  can.text_kind = "chat";
  return can;
}();

const std::vector<Setting> kSettings = {
    {.name = "bot_token",
     .kind = SettingKind::secret,
     .required = true,
     .what = "the token @BotFather gave, \"123456:ABC...\""},
    {.name = "receive",
     .kind = SettingKind::choice,
     .default_value = "webhook",
     .choices = {"webhook", "poll"},
     .what = "poll asks Telegram for updates, for a gateway without a public URL"},
    {.name = "secret_token",
     .kind = SettingKind::secret,
     .what = "what setWebhook was called with: 1 to 256 of A-Z a-z 0-9 _ -; not needed to poll"},
};

class Telegram final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "telegram"; }
  const Capabilities& capabilities() const noexcept override { return kCapabilities; }
  const std::vector<Setting>& settings() const noexcept override { return kSettings; }

  std::string check(const Channel& channel) const override {
    const std::string& secret = channel.secret("secret_token").reveal();
    const auto good = [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-';
    };
    const bool needed = !telegram::is_polled(channel);
    if ((needed && secret.empty()) || secret.size() > 256 || !std::ranges::all_of(secret, good)) {
      return "secret_token must have 1 to 256 of A-Z a-z 0-9 _ -, or receive must be \"poll\"";
    }
    const std::string& token = channel.secret("bot_token").reveal();
    const auto in_url = [&](char c) { return good(c) || c == ':'; };
    if (token.empty() || !std::ranges::all_of(token, in_url)) {
      return "bot_token must be the bot's token as @BotFather gave it";
    }
    return {};
  }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    const auto given = request.header("x-telegram-bot-api-secret-token");
    if (equal_constant_time(given, channel.secret("secret_token").reveal())) return {};
    return Error{.code = Errc::unauthenticated,
                 .detail = given.empty() ? "x-telegram-bot-api-secret-token is missing"
                                         : "x-telegram-bot-api-secret-token does not match"};
  }

  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return telegram::parse_update(request.body, channel);
  }

  SendStep start(const SendContext& context) const override {
    return telegram::start_send(context);
  }

  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return telegram::resume_send(context, step, answer);
  }
};

class TelegramTyping final : public Typing {
 public:
  // The indicator goes away by itself after 5 s; there is no call to take it away.
  std::optional<HttpCall> typing(const std::string& recipient, bool on, const Channel& channel,
                                 std::string_view) const override {
    if (!on) return std::nullopt;
    return api_call(channel, "sendChatAction", {{"chat_id", recipient}, {"action", "typing"}});
  }
};

class TelegramMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel& channel, std::string_view) const override {
    if (media.platform_id.empty()) {
      return Error{.code = Errc::malformed, .detail = "the medium has no file_id"};
    }
    return api_call(channel, "getFile", {{"file_id", media.platform_id}});
  }

  Step resume(const Media&, const Channel& channel, std::string_view, int step,
              const HttpAnswer& answer) const override {
    if (step != 0) return Error{.code = Errc::rejected, .detail = "no such step"};
    auto result = telegram::read_answer(answer);
    if (!result) return std::move(result.error());
    const std::string& path = result->file_path;
    // A self-hosted API server answers absolute paths of its own disk; those are not ours to read.
    if (path.empty() || path.front() == '/' || path.find("..") != std::string::npos) {
      return Error{.code = Errc::rejected, .detail = "getFile gave no usable file_path"};
    }
    HttpCall call = telegram::file_download(channel, path);
    call.step = 1;
    return call;
  }
};

class TelegramUpdates final : public EventSource {
 public:
  std::optional<Plan> plan(const Channel& channel) const override {
    if (!telegram::is_polled(channel)) return std::nullopt;
    // The pause matters only where a server answers at once instead of waiting.
    return Plan{.streams = {""}, .every = 1s, .answer_within = telegram::kPollTime + 15s};
  }
  HttpCall pull(const Channel& channel, const Pull& pull) const override {
    return telegram::ask_updates(channel, pull.cursor);
  }
  Read read(const Channel& channel, const Pull& pull, const HttpAnswer& answer) const override {
    return telegram::read_updates(channel, pull.cursor, answer);
  }
};

}  // namespace

Entry make_telegram() {
  Entry entry;
  entry.connector = std::make_unique<Telegram>();
  entry.typing = std::make_unique<TelegramTyping>();
  entry.media_source = std::make_unique<TelegramMedia>();
  entry.event_source = std::make_unique<TelegramUpdates>();
  entry.stand_in = telegram::make_stand_in;
  entry.maturity = Maturity::stable;
  return entry;
}

}  // namespace parley::connectors
