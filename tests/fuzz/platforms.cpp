#include "tests/fuzz/platforms.hpp"

#include <algorithm>

#include "conversation/codec.hpp"

namespace parley::fuzz {
namespace {

using namespace connectors;

constexpr const char* kApiBase = "http://127.0.0.1:9/api";

Webhook good_webhook(const Entry& entry, const StandIn& stand_in, const Channel& channel) {
  const auto user = stand_in.user(0);
  const auto dispatch = stand_in.deliver(
      channel, {.user = user, .text = "hi", .number = 7, .said_at = kNow, .sent_at = kNow});
  if (!dispatch || dispatch->webhooks.empty()) fail("a stand-in sends nothing", channel.id.value);
  Webhook hook = dispatch->webhooks.front();
  for (auto& [name, value] : hook.headers) {
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
  }
  if (!entry.chat_sessions) return hook;
  const auto session =
      entry.chat_sessions->open(channel, stand_in.hello(channel, user), std::string(32, 'a'), kNow);
  if (!session) fail("a stand-in's visitor is refused", channel.id.value);
  hook.headers.emplace_back(entry.chat_sessions->session_header(), session->token);
  return hook;
}

Played play(const Entry& entry, const StandIn& stand_in, Channel channel) {
  Played out{.entry = &entry, .channel = std::move(channel), .hook = {}, .recipient = {}};
  out.hook = good_webhook(entry, stand_in, out.channel);
  out.recipient = stand_in.user(0);
  for (const auto& event : entry.connector->parse(view_of(out.hook), out.channel).events) {
    if (!event.recipient.empty()) out.recipient = event.recipient;
  }
  return out;
}

}  // namespace

const std::vector<Played>& platforms() {
  static const std::vector<Played> kAll = [] {
    std::vector<Played> all;
    for (const auto& entry : builtin_registry().entries()) {
      if (!entry.stand_in) {
        Played bare{.entry = &entry, .channel = {}, .hook = {}, .recipient = "1"};
        bare.channel = sample_channel(entry.connector->platform(), "", kApiBase);
        for (const auto& setting : entry.connector->settings()) {
          const std::string name(setting.name);
          if (setting.kind == SettingKind::secret) {
            bare.channel.secrets.emplace(name, Secret(std::string(43, 'a')));
          } else if (!setting.default_value.empty()) {
            bare.channel.settings[name] = setting.default_value;
          }
        }
        bare.hook.headers = {{"content-type", "application/json"}};
        all.push_back(std::move(bare));
        continue;
      }
      const auto stand_in = entry.stand_in();
      for (auto& channel : stand_in->samples(kApiBase)) {
        all.push_back(play(entry, *stand_in, std::move(channel)));
      }
    }
    return all;
  }();
  return kAll;
}

const Played& choose_platform(Choices& choices) {
  return platforms()[choices.below(platforms().size())];
}

WebhookRequest view_of(const Webhook& hook) {
  const std::string_view target = hook.target;
  const auto question = std::min(target.find('?'), target.size());
  WebhookRequest view{.method = hook.method,
                      .path = target.substr(0, question),
                      .query = target.substr(std::min(question + 1, target.size())),
                      .headers = {},
                      .body = hook.body,
                      .received_at = kNow};
  for (const auto& [name, value] : hook.headers) view.headers.push_back({name, value});
  return view;
}

void expect_storable(const std::vector<Incoming>& events) {
  for (const Incoming& incoming : events) {
    expect_utf8(incoming.identity.key.value, "an identity that is no UTF-8");
    expect_utf8(incoming.recipient, "a recipient that is no UTF-8");
    expect_utf8(incoming.dedup_key, "a key that is no UTF-8");
    const auto* in = std::get_if<MessageIn>(&incoming.what);
    if (in == nullptr || !check_limits(in->message).empty()) continue;
    const auto json = to_json(in->message);
    const auto back = from_json<Message>(json);
    expect(back && *back == in->message, "cannot be stored", json);
  }
}

}  // namespace parley::fuzz
