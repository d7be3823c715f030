#include "tests/pipeline/shop.hpp"

#include <gtest/gtest.h>

#include "connectors/http_status.hpp"

namespace parley::gateway {
namespace {

using namespace connectors;

class PlainConnector final : public Connector {
 public:
  explicit PlainConnector(const PlatformTraits& traits) : insists_(traits.insists) {
    capabilities_.platform = "plain";
    capabilities_.idempotent_send = traits.idempotent;
    capabilities_.rate_per_s = traits.rate_per_s;
    capabilities_.burst = traits.burst;
    capabilities_.passive_reply = traits.passive_reply;
  }
  std::string_view platform() const noexcept override { return "plain"; }
  const Capabilities& capabilities() const noexcept override { return capabilities_; }
  const std::vector<Setting>& settings() const noexcept override {
    static const std::vector<Setting> kNone;
    return kNone;
  }
  Result<void> authenticate(const WebhookRequest&, const Channel&) const override { return {}; }
  Parsed parse(const WebhookRequest& request, const Channel&) const override {
    const auto first = request.body.find('|'), second = request.body.find('|', first + 1);
    if (second == std::string_view::npos) {
      return {.events = {},
              .stopped = Error{.code = Errc::malformed, .detail = "no such form"},
              .acknowledge_anyway = insists_};
    }
    Parsed out;
    Incoming& incoming = out.events.emplace_back();
    const std::string user(request.body.substr(first + 1, second - first - 1));
    const auto keys = request.body.substr(0, first);
    const auto equals = keys.find('=');
    incoming.dedup_key = keys.substr(0, equals);
    if (equals != std::string_view::npos) incoming.dedup_alias = keys.substr(equals + 1);
    incoming.account = "our-account";
    incoming.identity.key = identity_of(user);
    incoming.recipient = user;
    MessageIn said;
    const auto text = request.body.substr(second + 1);
    const auto caret = text.find('^');
    if (caret != std::string_view::npos) incoming.reply_token = text.substr(caret + 1);
    said.message = text_message(std::string(text.substr(0, caret)));
    incoming.what = std::move(said);
    return out;
  }
  Reply acknowledge(const WebhookRequest&, const Channel&) const override {
    return {.body = "ack"};
  }
  SendStep start(const SendContext& context) const override {
    HttpCall call;
    call.url = context.channel.api_base + "/send/" + context.send.recipient;
    call.content_type = "text/plain";
    call.headers = {{"x-key", context.send.idempotency_key},
                    {"x-token", std::string(context.access_token)},
                    {"x-reply", context.send.reply_token}};
    call.body = plain_text(context.send.message);
    constexpr std::string_view kFile = "file ";
    if (!call.body.starts_with(kFile)) return call;
    call.upload = Upload{.media = {},
                         .field = "f",
                         .file_name = "a.bin",
                         .mime = "application/octet-stream",
                         .url = call.body.substr(kFile.size())};
    call.body.clear();
    return call;
  }
  SendStep resume(const SendContext&, int, const HttpAnswer& answer) const override {
    if (auto error = error_from_status(answer)) return std::move(*error);
    if (answer.status == 401) return RefreshToken{.code_text = "401"};
    if (answer.status / 100 != 2) {
      return Error{.code = Errc::rejected, .detail = "HTTP " + std::to_string(answer.status)};
    }
    return Sent{.external_ids = {std::string(answer.body)}};
  }

 private:
  Capabilities capabilities_;
  const bool insists_;
};

class PlainTyping final : public Typing {
 public:
  std::optional<HttpCall> typing(const std::string& recipient, bool on, const Channel& channel,
                                 std::string_view) const override {
    return HttpCall{.url = channel.api_base + "/typing/" + recipient, .body = on ? "on" : "off"};
  }
};

// An answer "<token> <lifetime in ms>".
class PlainTokens final : public TokenSource {
 public:
  HttpCall request(const Channel& channel, bool force) const override {
    HttpCall call;
    call.url = channel.api_base + "/token";
    call.body = force ? "force" : "renew";
    return call;
  }
  Result<Token> read(const HttpAnswer& answer) const override {
    if (auto error = error_from_status(answer)) return std::move(*error);
    const auto space = answer.body.find(' ');
    if (answer.status != 200 || space == std::string_view::npos) {
      return Error{.code = Errc::misconfigured, .detail = "no token"};
    }
    return Token{.value = Secret(std::string(answer.body.substr(0, space))),
                 .lifetime = Milliseconds(std::stoll(std::string(answer.body.substr(space + 1))))};
  }
};

class PlainPassive final : public PassiveReply {
 public:
  std::optional<Reply> render(const SendContext& context, std::string_view account,
                              std::string_view) const override {
    return Reply{.body = std::string(account) + ": " + plain_text(context.send.message)};
  }
};

std::shared_ptr<const routing::Policy> policy_of(const TenantId& id, const ShopOptions& options,
                                                 const Capabilities& capabilities) {
  routing::Policy policy;
  policy.tenant = id;
  policy.version = "v1";
  policy.queues[{"service"}] = {.id = {"service"},
                                .name = "Service",
                                .notice_zh = options.queue_notice,
                                .notice_en = options.queue_notice};
  for (const std::string agent : {"anna", "bo"}) {
    policy.agents[{agent}] = {.id = {agent}, .name = agent, .queues = {{"service"}}};
  }
  policy.bots[{"faq"}] = {
      .id = {"faq"},
      .kind = options.bot_url.empty() ? routing::BotKind::faq : routing::BotKind::webhook,
      .deadline = options.bot_deadline,
      .fallback_queue = {"service"},
      .turns_per_minute_max = 100};
  policy.channels[kChannel] = {
      .id = kChannel, .platform = "plain", .account = "our-account", .capabilities = &capabilities};
  policy.default_outcome = options.first_outcome;
  policy.human_queue = {"service"};
  auto compiled = routing::compile(std::move(policy));
  if (!compiled) ADD_FAILURE() << compiled.error().detail;
  return *compiled;
}

}  // namespace

Shop::Shop(PlatformTraits traits) : entry_(std::make_shared<Entry>()) {
  entry_->connector = std::make_unique<PlainConnector>(traits);
  if (traits.tokens) entry_->token_source = std::make_unique<PlainTokens>();
  if (traits.passive_reply) entry_->passive_reply = std::make_unique<PlainPassive>();
  if (traits.typing) entry_->typing = std::make_unique<PlainTyping>();
}

std::shared_ptr<const Tenant> Shop::tenant(const ShopOptions& options) const {
  return tenant(kShop, options);
}

std::shared_ptr<const Tenant> Shop::tenant(const TenantId& id, const ShopOptions& options) const {
  auto out = std::make_shared<Tenant>();
  out->id = id;
  out->policy = policy_of(id, options, entry_->connector->capabilities());
  Channel channel;
  channel.tenant = id;
  channel.id = kChannel;
  channel.platform = "plain";
  channel.api_base = "http://127.0.0.1:" + std::to_string(options.platform_port);
  out->channels[kChannel] = std::move(channel);
  out->entries[kChannel] = entry_.get();
  BotSettings bot;
  bot.id = {"faq"};
  if (options.bot_url.empty()) {
    auto faq = routing::Faq::build({{.id = "1", .questions = {"hours"}, .answer = "We are open."}});
    if (!faq) ADD_FAILURE() << faq.error().detail;
    bot.faq = *faq;
  } else {
    bots::Settings& remote = bot.remote.emplace(options.bot);
    remote.url = options.bot_url;
    remote.secret = Secret("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5");
    remote.lookup_secret = remote.secret;
  }
  out->bots[bot.id] = std::move(bot);
  out->media_key = Secret("0123456789abcdef0123456789abcdef");
  return out;
}

IdentityKey identity_of(const std::string& user) { return {"plain", "plain_id", user}; }

PersonId person_of_user(const std::string& user) { return person_id_of(kShop, identity_of(user)); }

Message text_message(std::string text) {
  Message message;
  message.fallback_text = text;
  message.content.emplace_back(Text{.text = std::move(text)});
  return message;
}

routing::CustomerSays says(const std::string& user, const std::string& text,
                           const std::string& dedup) {
  routing::CustomerSays command;
  command.channel = {.id = kChannel, .platform = "plain", .account = "our-account"};
  command.identity.key = identity_of(user);
  command.recipient = user;
  command.message = text_message(text);
  if (!dedup.empty()) command.dedup.push_back({kChannel, dedup});
  return command;
}

}  // namespace parley::gateway
