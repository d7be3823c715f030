// What every connector must hold, over every platform of the registry, with requests the platform's
// own fixture signs.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "connectors/registry.hpp"
#include "tests/connectors/body_values.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors {

void PrintTo(const Parsed& parsed, std::ostream* out) {
  *out << parsed.events.size() << " events, " << parsed.bells.size() << " bells"
       << (parsed.stopped ? ", stopped: " + parsed.stopped->detail : std::string());
}

namespace {

using testing_support::Fixture;
using testing_support::is_json;
using testing_support::is_xml;
using testing_support::other_values;
using testing_support::OwnedRequest;
using testing_support::values_of;

constexpr std::size_t kMiB = 1024 * 1024;

std::string describe(const std::vector<Incoming>& events) {
  std::string out;
  for (const auto& event : events) {
    out += "[" + event.dedup_key + "|" + event.account + "|" + event.identity.key.value + "|" +
           event.recipient + "|" + event.opens_window + "|" + std::to_string(event.what.index());
    if (const auto* in = std::get_if<MessageIn>(&event.what)) {
      out += "|" + in->message.external_id + "|" + in->message.fallback_text + "|" +
             in->message.channel_data;
    } else if (const auto* signal = std::get_if<SignalIn>(&event.what)) {
      out += "|" + signal->platform_event.type + "|" + signal->platform_event.key;
    } else {
      out += "|" + std::get<ReceiptIn>(event.what).external_id;
    }
    out += "]";
  }
  return out;
}

// All that is visible of an answer, as one text.
std::string describe(const Parsed& parsed) {
  std::string out = describe(parsed.events);
  for (const auto& bell : parsed.bells) out += "[bell " + bell.stream + "|" + bell.token + "]";
  if (parsed.stopped) {
    out += "stopped " + std::string(to_string(parsed.stopped->code)) + parsed.stopped->detail;
  }
  return out;
}

bool means_nothing(const Parsed& parsed) { return parsed.events.empty() && parsed.bells.empty(); }

class Contract : public testing::TestWithParam<Fixture> {
 protected:
  const Fixture& fixture() const { return GetParam(); }
  const Connector& connector() const {
    return *builtin_registry().find(fixture().platform)->connector;
  }
  Result<void> authenticate(const OwnedRequest& request) const {
    auto result = connector().authenticate(request.view(), fixture().channel);
    if (!result) {
      expect_discreet(result.error());
      expect_one_of(result.error(), kProofErrors);
    }
    return result;
  }
  Parsed parse(const OwnedRequest& request) const {
    auto parsed = connector().parse(request.view(), fixture().channel);
    if (parsed.stopped) {
      expect_discreet(*parsed.stopped);
      expect_one_of(*parsed.stopped, kParseErrors);
    }
    return parsed;
  }
  // What the gateway knows what to do with.
  static constexpr std::array kProofErrors = {Errc::unauthenticated, Errc::misconfigured,
                                              Errc::malformed};
  static constexpr std::array kParseErrors = {Errc::malformed, Errc::unauthenticated,
                                              Errc::misconfigured};
  static void expect_one_of(const Error& error, std::span<const Errc> allowed) {
    EXPECT_TRUE(std::ranges::find(allowed, error.code) != allowed.end()) << to_string(error.code);
  }
  // No error text gives a secret away.
  void expect_discreet(const Error& error) const {
    for (const auto& [name, secret] : fixture().channel.secrets) {
      if (secret.empty()) continue;
      for (const auto& text : {error.detail, error.code_text, error.new_recipient}) {
        EXPECT_EQ(text.find(secret.reveal()), std::string::npos) << name << " in: " << text;
      }
    }
  }
  static void expect_sound(const Incoming& event, const std::string& body) {
    if (!std::holds_alternative<MessageIn>(event.what)) return;
    const auto& message = std::get<MessageIn>(event.what).message;
    EXPECT_FALSE(message.content.empty()) << body;
    EXPECT_EQ(message.direction, Direction::inbound) << body;
    EXPECT_TRUE(message.id.empty()) << body;
    EXPECT_EQ(check_limits(message), "") << body;
    EXPECT_FALSE(event.identity.key.value.empty()) << body;
    EXPECT_FALSE(event.identity.key.scope.empty()) << body;
    EXPECT_FALSE(event.dedup_key.empty()) << "a message must be told from its redelivery: " << body;
  }
  // Proven, but nonsense: it may be refused or ignored, and must not be taken for a message.
  void expect_no_event(const std::string& body) const {
    const auto request = fixture().sign(body);
    if (!authenticate(request)) return;
    EXPECT_TRUE(means_nothing(parse(request))) << body.substr(0, 200);
  }
  const EventSource& source() const {
    return *builtin_registry().find(fixture().platform)->event_source;
  }
  // The page an answer is read as; nullopt: it is an error.
  std::optional<EventSource::Page> page(const std::string& body, int status = 200) const {
    const HttpAnswer answer{.status = status, .headers = {}, .body = body};
    auto read = source().read(fixture().channel, kPull, answer);
    if (const auto* error = std::get_if<Error>(&read)) expect_discreet(*error);
    if (auto* good = std::get_if<EventSource::Page>(&read)) return std::move(*good);
    return std::nullopt;
  }
  static constexpr EventSource::Pull kPull{.stream = "stream-of-tests",
                                           .cursor = "7",
                                           .bell_token = "bell-of-tests",
                                           .access_token = "access-of-tests"};
};

TEST_P(Contract, GoodBodiesGiveEvents) {
  for (const auto& body : fixture().good_bodies) {
    const auto request = fixture().sign(body);
    const auto proven = authenticate(request);
    EXPECT_TRUE(proven.has_value()) << body;
    const auto parsed = parse(request);
    EXPECT_FALSE(parsed.stopped.has_value()) << body << ": " << parsed.stopped->detail;
    EXPECT_FALSE(means_nothing(parsed)) << body;
    for (const auto& event : parsed.events) expect_sound(event, body);
  }
}

TEST_P(Contract, OpenedWindowsAreInTheReplyPolicy) {
  const auto& policy = connector().capabilities().reply_policy;
  for (const auto& body : fixture().good_bodies) {
    for (const auto& event : parse(fixture().sign(body)).events) {
      if (event.opens_window.empty()) continue;
      EXPECT_TRUE(std::ranges::any_of(policy, [&](const ReplyPolicy& p) {
        return p.trigger == event.opens_window;
      })) << event.opens_window;
    }
  }
}

TEST_P(Contract, DedupKeysAreUniqueWithinARequest) {
  for (const auto& body : fixture().good_bodies) {
    std::set<std::string> seen;
    for (const auto& event : parse(fixture().sign(body)).events) {
      if (event.dedup_key.empty()) continue;
      EXPECT_TRUE(seen.insert(event.dedup_key).second) << event.dedup_key;
    }
  }
}

TEST_P(Contract, TheSameRequestGivesTheSameAnswer) {
  for (const auto& body : fixture().good_bodies) {
    const auto request = fixture().sign(body);
    EXPECT_EQ(describe(parse(request)), describe(parse(request)));
    const auto first = connector().acknowledge(request.view(), fixture().channel);
    const auto second = connector().acknowledge(request.view(), fixture().channel);
    EXPECT_EQ(first.body, second.body);
    EXPECT_GE(first.status, 200);
    EXPECT_LT(first.status, 300);
  }
}

TEST_P(Contract, ForgeriesAreUnauthenticated) {
  for (const auto& body : fixture().good_bodies) {
    for (const auto& request : fixture().forgeries(body)) {
      const auto proven = authenticate(request);
      EXPECT_FALSE(proven.has_value()) << request.query << "\n" << request.body;
      if (!proven) {
        EXPECT_EQ(proven.error().code, Errc::unauthenticated) << proven.error().detail;
      }
    }
  }
}

TEST_P(Contract, WithoutItsSecretsAChannelProvesNothing) {
  auto bare = fixture().channel;
  bare.secrets.clear();
  for (const auto& body : fixture().good_bodies) {
    const auto request = fixture().sign(body);
    EXPECT_FALSE(connector().authenticate(request.view(), bare).has_value());
  }
}

TEST_P(Contract, ASingleBitChangedIsRefused) {
  if (!fixture().body_signed) {
    EXPECT_FALSE(fixture().name.empty());  // nothing to hold where the body is not covered
    return;
  }
  for (const auto& body : fixture().good_bodies) {
    const auto good = fixture().sign(body);
    const auto said = describe(parse(good));
    // A form says the same in several ways ("%2b", "%2B"), and its proof is of what it says.
    const bool respellable = !is_json(good.body) && !is_xml(good.body);
    auto changed = good;
    for (std::size_t i = 0; i < good.body.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        changed.body[i] = static_cast<char>(good.body[i] ^ (1 << bit));
        bool taken = authenticate(changed) && !means_nothing(parse(changed));
        if (taken && respellable) taken = describe(parse(changed)) != said;
        ASSERT_FALSE(taken) << "byte " << i << " bit " << bit << " of " << good.body;
      }
      changed.body[i] = good.body[i];
    }
  }
}

TEST_P(Contract, EmptyBodyIsNoEvent) { expect_no_event(""); }

TEST_P(Contract, EveryPrefixOfAGoodBodyIsNoEvent) {
  for (const auto& body : fixture().good_bodies) {
    for (std::size_t size = 0; size < body.size(); ++size) expect_no_event(body.substr(0, size));
  }
}

TEST_P(Contract, EveryPrefixOfAGoodRequestIsHandled) {
  for (const auto& body : fixture().good_bodies) {
    const auto good = fixture().sign(body);
    auto cut = good;
    for (std::size_t size = 0; size < good.body.size(); ++size) {
      cut.body = good.body.substr(0, size);
      if (!authenticate(cut)) continue;
      EXPECT_TRUE(means_nothing(parse(cut))) << cut.body;
    }
  }
}

TEST_P(Contract, WrongTypesAndNonsenseAreNoEvent) {
  const std::string bodies[] = {
      "null",
      "true",
      "0",
      "-1e400",
      "\"text\"",
      "[]",
      "[[]]",
      "{}",
      "{\"\":{}}",
      "[null]",
      "{\"update_id\":{}}",
      "{\"type\":[]}",
      "<",
      "<xml",
      "<xml>",
      "<xml/>",
      "<xml></xml>",
      "<a/>",
      "<xml><MsgType>text</MsgType></xml>",
      "a=b&c=d",
      std::string(1, '\0'),
      "\xef\xbb\xbf",
      "\xff\xfe",
      "\xc0\x80",
      "%00",
      "\r\n\r\n",
      "{\"a\":1}{\"a\":2}",
      "{'a':1}",
      "{\"a\":NaN}",
  };
  for (const auto& body : bodies) expect_no_event(body);
}

// Each value of a good body in turn is of another type, empty or far too large. What is still taken
// for a message must be one.
TEST_P(Contract, AWrongTypeInEachFieldIsSurvived) {
  for (const auto& body : fixture().good_bodies) {
    for (const auto& [from, size] : values_of(body)) {
      for (const auto& other : other_values(body)) {
        auto changed = body;
        changed.replace(from, size, other);
        const auto request = fixture().sign(changed);
        if (!authenticate(request)) continue;
        const auto parsed = parse(request);
        EXPECT_EQ(describe(parsed), describe(parse(request)));
        for (const auto& event : parsed.events) expect_sound(event, changed);
      }
    }
  }
}

TEST_P(Contract, HugeAndDeepBodiesAreNoEvent) {
  expect_no_event(std::string(kMiB, '{'));
  expect_no_event(std::string(kMiB, '['));
  expect_no_event(std::string(kMiB, '<'));
  expect_no_event(std::string(kMiB, 'a'));
  std::string nested;
  for (int i = 0; i < 100'000; ++i) nested += "{\"a\":";
  expect_no_event(nested);
  nested.clear();
  for (int i = 0; i < 100'000; ++i) nested += "<a>";
  expect_no_event(nested);
  std::string closed = std::string(100'000, '[') + std::string(100'000, ']');
  expect_no_event(closed);
}

// A proven body that was changed anyhow may be read or not, but reading it must not go wrong.
TEST_P(Contract, ReplacedBytesAreSurvived) {
  for (const auto& body : fixture().good_bodies) {
    for (std::size_t i = 0; i < body.size(); ++i) {
      for (const char c : {'\0', '"', '<', '{', '\\', '\x80', '\xff', '9'}) {
        auto changed = body;
        changed[i] = c;
        const auto request = fixture().sign(changed);
        if (authenticate(request)) EXPECT_EQ(describe(parse(request)), describe(parse(request)));
      }
    }
  }
}

TEST_P(Contract, GoodPagesGiveEvents) {
  for (const auto& body : fixture().good_pages) {
    const auto good = page(body);
    ASSERT_TRUE(good.has_value()) << body;
    EXPECT_FALSE(good->events.empty()) << body;
    EXPECT_EQ(good->skipped, 0u) << body;
    EXPECT_FALSE(good->cursor.empty()) << body;
    EXPECT_EQ(describe(good->events), describe(page(body)->events));
    std::set<std::string> seen;
    for (const auto& event : good->events) {
      if (event.dedup_key.empty()) {
        EXPECT_FALSE(std::holds_alternative<MessageIn>(event.what)) << body;
      } else {
        EXPECT_TRUE(seen.insert(event.dedup_key).second) << event.dedup_key;
      }
    }
  }
}

TEST_P(Contract, BadPagesGiveNone) {
  if (fixture().good_pages.empty()) {
    EXPECT_TRUE(fixture().good_pages.empty());  // its events are pushed
    return;
  }
  for (const auto& body : fixture().good_pages) {
    for (std::size_t size = 0; size < body.size(); ++size) {
      EXPECT_FALSE(page(body.substr(0, size)).has_value()) << body.substr(0, size);
    }
    for (const int status : {0, 302, 429, 500, 503}) {
      EXPECT_FALSE(page(status == 302 ? "" : body, status).has_value()) << status;
    }
    for (std::size_t i = 0; i < body.size(); ++i) {
      for (const char c : {'\0', '"', '{', '\\', '\xff', '9'}) {
        auto changed = body;
        changed[i] = c;
        page(changed);  // may be read or not; must not go wrong
      }
    }
  }
  for (const std::string body : {"", "null", "[]", "0", "<html>", "[[[["}) {
    EXPECT_FALSE(page(body).has_value()) << body;
  }
  EXPECT_FALSE(page(std::string(kMiB, '[')).has_value());
  EXPECT_FALSE(page(std::string(kMiB, '{')).has_value());
}

TEST_P(Contract, APullTellsItsSecretsToNobodyElse) {
  if (fixture().good_pages.empty()) {
    EXPECT_TRUE(fixture().good_pages.empty());
    return;
  }
  const auto call = source().pull(fixture().channel, kPull);
  EXPECT_TRUE(call.url.starts_with("https://")) << "its own address, if no other is set";
  auto channel = fixture().channel;
  channel.api_base = "http://127.0.0.1:1";
  EXPECT_TRUE(source().pull(channel, kPull).url.starts_with("http://127.0.0.1:1/"));
}

std::vector<Fixture> fixtures() {
  std::vector<Fixture> made;
  for (const auto maker : testing_support::fixture_makers()) made.push_back(maker());
  return made;
}

INSTANTIATE_TEST_SUITE_P(EveryConnector, Contract, testing::ValuesIn(fixtures()),
                         [](const auto& test) { return test.param.name; });

TEST(Registry, EveryConnectorHasAFixture) {
  for (const auto& entry : builtin_registry().entries()) {
    const auto platform = entry.connector->platform();
    EXPECT_TRUE(
        std::ranges::any_of(fixtures(), [&](const Fixture& f) { return f.platform == platform; }))
        << platform << " needs tests/connectors/" << platform << "_fixture.cpp";
  }
}

TEST(Registry, NamesAreUniqueAndMatchTheCapabilities) {
  std::set<std::string_view> seen;
  for (const auto& entry : builtin_registry().entries()) {
    const auto platform = entry.connector->platform();
    EXPECT_TRUE(seen.insert(platform).second) << platform;
    EXPECT_EQ(entry.connector->capabilities().platform, platform);
    EXPECT_EQ(builtin_registry().find(platform), &entry);
  }
  EXPECT_EQ(builtin_registry().find("no_such_platform"), nullptr);
}

TEST(Registry, AbilitiesMatchTheCapabilities) {
  for (const auto& entry : builtin_registry().entries()) {
    const auto& capabilities = entry.connector->capabilities();
    EXPECT_EQ(capabilities.passive_reply, entry.passive_reply != nullptr) << capabilities.platform;
    EXPECT_EQ(capabilities.profiles, entry.profile_source != nullptr) << capabilities.platform;
    if (capabilities.send_mode == SendMode::call) {
      EXPECT_EQ(capabilities.typing, entry.typing != nullptr) << capabilities.platform;
    }
  }
}

TEST(Registry, EveryEventSourceHasPages) {
  for (const auto& entry : builtin_registry().entries()) {
    if (!entry.event_source) continue;
    const auto platform = entry.connector->platform();
    EXPECT_TRUE(std::ranges::any_of(fixtures(), [&](const Fixture& f) {
      return f.platform == platform && !f.good_pages.empty();
    })) << platform;
  }
}

TEST(Registry, SettingsAreNamedOnceAndExplained) {
  for (const auto& entry : builtin_registry().entries()) {
    std::set<std::string_view> seen;
    for (const auto& setting : entry.connector->settings()) {
      EXPECT_TRUE(seen.insert(setting.name).second) << setting.name;
      EXPECT_FALSE(setting.what.empty()) << setting.name;
      EXPECT_EQ(setting.kind == SettingKind::choice, !setting.choices.empty()) << setting.name;
    }
  }
}

}  // namespace

}  // namespace parley::connectors
