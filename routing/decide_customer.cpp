// routing/decide_customer.cpp
// The customer said something: exactly one decision, made once.
#include <algorithm>
#include <utility>

#include "conversation/erasure.hpp"
#include "routing/commands.hpp"
#include "routing/judge.hpp"
#include "routing/mood.hpp"
#include "routing/rating.hpp"
#include "routing/rounded.hpp"
#include "routing/turn.hpp"

namespace parley::routing {
namespace {

TimePoint when(const std::optional<TimePoint>& occurred_at, TimePoint now) {
  return occurred_at ? std::min(*occurred_at, now) : now;
}

const std::string& text_kind_of(const Policy& policy, const ChannelId& channel) {
  static const std::string kCustomerService = "cs";
  const auto found = policy.channels.find(channel);
  if (found == policy.channels.end() || !found->second.capabilities) return kCustomerService;
  return found->second.capabilities->text_kind;
}

void add_once(std::vector<std::string>& facts, std::string fact) {
  if (std::ranges::find(facts, fact) == facts.end()) facts.push_back(std::move(fact));
}

// The button that hands over, however it came back.
bool is_hand_off(const Part& part) {
  const auto* response = std::get_if<ActionResponse>(&part);
  return response && (response->payload == "handoff" || response->action_id == "handoff");
}

std::string preview_of(const Message& message) {
  std::string out;
  for (const Part& part : message.content) {
    const auto name = part_type(part);
    if (out.find(name) != std::string::npos) continue;
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

// The tenant's classifier has the last word where it said something.
void heed(const Reading& reading, std::string_view own_model, Turn& turn) {
  if (!reading.failed.empty()) {
    turn.model = std::string(own_model) + " (classifier: " + reading.failed + ")";
    return;
  }
  turn.model = "classifier:" + reading.model + " over " + std::string(own_model);
  Analysis& analysis = turn.analysis.analysis;
  if (!reading.sentiment.empty()) {
    analysis.sentiment = reading.sentiment;
    analysis.score = rounded(reading.score);
    analysis.confidence = reading.confidence;
    analysis.angry = reading.angry;
    turn.analysis.terms.clear();  // they weighed in another model
  }
  if (!reading.intent.empty()) {
    analysis.intent = reading.intent;
    analysis.intent_confidence = rounded(reading.intent_confidence);
  }
}

void analyze(Draft& draft, const std::string& text, const std::optional<Reading>& reading,
             Turn& turn) {
  if (text.empty()) return;
  State& state = draft.state;
  turn.text = rule_text(text);
  turn.analysis = judge(draft.policy, draft.analyzer, turn.text.raw, turn.text_kind);
  Analysis& analysis = turn.analysis.analysis;
  if (reading) heed(*reading, draft.analyzer.version(), turn);
  hear_turn(state, {.seq = turn.seq, .text = turn.text.folded, .terms = turn.analysis.terms},
            analysis);
  const bool tells_nothing = analysis.language.empty() || analysis.language == "other";
  if (!tells_nothing || state.language.empty()) state.language = analysis.language;
}

void note_facts(const Message& message, Turn& turn) {
  bool asks_human = turn.analysis.asks_human;
  for (const Part& part : message.content) {
    add_once(turn.facts, "part:" + std::string(part_type(part)));
    asks_human = asks_human || is_hand_off(part);
  }
  if (asks_human) turn.facts.emplace_back("asks_human");
}

bool must_be_fetched(const Part& part) {
  const auto* media = std::get_if<Media>(&part);
  return media && media->media_id.empty() && !(media->url.empty() && media->platform_id.empty());
}

void ask_for_media(Draft& draft, const Message& message, std::uint64_t seq) {
  if (std::ranges::none_of(message.content, must_be_fetched)) return;
  Relay relay;
  relay.id = draft.place("rel", seq);
  relay.tenant = draft.state.tenant;
  relay.to = draft.state.person;
  relay.from = draft.state.person;
  relay.verb = "fetch_media";
  relay.reason = std::to_string(seq);
  draft.out.relays.push_back(std::move(relay));
}

void note_reply_to_notification(Draft& draft, const CustomerSays& says) {
  if (!says.referral || says.referral->kind != "notification") return;
  Event& event = draft.append(EventType::notification_replied);
  event.channel = says.channel;
  event.referral = says.referral;
}

}  // namespace

Decided decide_command(const State& state, const CustomerSays& says, const DecideContext& context) {
  Draft draft(state, context);
  // What answers our question about the last case begins no new one.
  const auto rating = expected_rating(state, draft.policy, says.message, draft.now);
  if (rating == 0) ensure_episode(draft);
  const TimePoint occurred_at = when(says.occurred_at, draft.now);
  note_sighting(draft, {.channel = says.channel,
                        .identity = says.identity,
                        .recipient = says.recipient,
                        .opens_window = says.opens_window,
                        .occurred_at = occurred_at,
                        .spoke = true,
                        .opted_in = says.opted_in});
  draft.state.last_inbound_at = draft.now;
  if (rating == 0) ++draft.state.episode_turns;
  if (!says.external_user.empty()) note_external_user(draft, says.external_user);

  if (says.profile) note_profile(draft, *says.profile);

  Turn turn{.seq = draft.next_seq(), .channel = says.channel};
  turn.text_kind = text_kind_of(draft.policy, says.channel.id);
  turn.passive_token = says.passive_token;
  turn.preview = preview_of(says.message);
  if (rating == 0) analyze(draft, plain_text(says.message), says.reading, turn);
  note_facts(says.message, turn);
  if (rating > 0) turn.facts.emplace_back(kRatesCase);

  Event& event = draft.append(EventType::message_created);
  event.occurred_at = says.occurred_at.value_or(draft.now);
  event.channel = says.channel;
  event.identity = says.identity;
  event.referral = says.referral;
  if (!turn.text.raw.empty()) event.analysis = turn.analysis.analysis;
  Message& message = event.message.emplace(says.message);
  message.id = {draft.place("msg", event.seq)};
  message.direction = Direction::inbound;
  message.author = {.type = AuthorType::customer,
                    .id = says.identity.key.value,
                    .display_name = says.identity.display_name};
  message.delivery.reset();
  if (message.fallback_text.empty()) message.fallback_text = fallback_text(message.content);

  ask_for_media(draft, says.message, turn.seq);
  note_reply_to_notification(draft, says);

  DecisionInputs inputs = inputs_of(draft, turn);
  draft.state.segment = inputs.segment;
  if (draft.state.waiting) {
    draft.state.waiting->segment = inputs.segment;
    draft.state.waiting->language = inputs.language;
  }
  std::vector<std::string> hits;
  Verdict verdict = choose(draft.policy, inputs, draft.state.person, &turn.text, &hits);
  for (auto& hit : hits) add_once(inputs.facts, std::move(hit));
  record_and_follow(draft, std::move(turn), std::move(inputs), std::move(verdict));
  if (rating > 0) take_rating(draft, rating, says.passive_token);
  draft.out.dedup = says.dedup;
  return draft.take();
}

Decided decide_command(const State& state, const MediaStored& stored,
                       const DecideContext& context) {
  Draft draft(state, context);
  if (!stored.relay.empty()) draft.out.finished_relays.push_back(stored.relay);
  const auto place = parse_place("rel", stored.relay);
  const bool ours = stored.relay.empty() || (place && place->person == state.person);
  const bool known =
      stored.message_seq > erased_through(state) && stored.message_seq <= state.last_seq;
  if (stored.parts.empty() || !ours || !known) return draft.take();
  Event& event = draft.append(EventType::message_updated, "system");
  Message& message = event.message.emplace();
  message.id = {draft.place("msg", stored.message_seq)};
  std::string places;
  for (const auto& [index, media] : stored.parts) {
    if (!places.empty()) places += ',';
    places += std::to_string(index);
    message.content.emplace_back(media);
  }
  message.fallback_text = fallback_text(message.content);
  message.attributes["parts"] = std::move(places);  // their places in the message
  event.target = Target{.message = message.id.value, .emoji = {}, .text = {}};
  event.note = "media stored";
  return draft.take();
}

}  // namespace parley::routing
