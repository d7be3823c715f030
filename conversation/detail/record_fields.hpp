// conversation/detail/record_fields.hpp
// The JSON members of events, of the state and of the effect rows, each named once. Beside what
// conversation/detail/part_fields.hpp says of an archive:
//   constant  a fixed text that must be there and must be this one
//   derived   written for the reader's convenience, follows from another member, ignored on reading
//   flat      the members of a nested struct, written into this object
#pragma once

#include "conversation/capabilities.hpp"
#include "conversation/detail/part_fields.hpp"
#include "conversation/transition.hpp"

namespace parley::detail {

inline constexpr std::string_view kEventSchema = "parley.event/1";

// "" for what is no person id: cutting it could split a character and spoil the document.
inline std::string conversation_text(const PersonId& person) {
  return is_person_id(person.value) ? conversation_of(person).value : std::string();
}

template <class A>
void list_fields(A& a, const IdentityKey*) {
  a.field("scope", &IdentityKey::scope);
  a.field("scheme", &IdentityKey::scheme);
  a.field("value", &IdentityKey::value);
}

template <class A>
void list_fields(A& a, const Identity*) {
  a.flat(&Identity::key);
  a.field("union", &Identity::union_id);
  a.shown("verification", &Identity::verification);
  a.field("display_name", &Identity::display_name);
  a.field("username", &Identity::username);
  a.field("language", &Identity::language);
  a.field("avatar_url", &Identity::avatar_url);
}

template <class A>
void list_fields(A& a, const ChannelRef*) {
  a.field("id", &ChannelRef::id);
  a.field("platform", &ChannelRef::platform);
  a.field("account", &ChannelRef::account);
}

template <class A>
void list_fields(A& a, const Holder*) {
  a.shown("kind", &Holder::kind);
  a.field("id", &Holder::id);
}

template <class A>
void list_fields(A& a, const Referral*) {
  a.field("kind", &Referral::kind);
  a.field("code", &Referral::code);
  a.field("source", &Referral::source);
}

template <class A>
void list_fields(A& a, const Analysis*) {
  a.field("sentiment", &Analysis::sentiment);
  a.field("score", &Analysis::score);
  a.field("confidence", &Analysis::confidence);
  a.field("trend", &Analysis::trend);
  a.field("angry", &Analysis::angry);
  a.field("language", &Analysis::language);
  a.field("intent", &Analysis::intent);
  a.field("intent_confidence", &Analysis::intent_confidence);
  a.field("mood", &Analysis::mood);
  a.field("unhappy", &Analysis::unhappy);
  a.field("repeats", &Analysis::repeats);
}

template <class A>
void list_fields(A& a, const ControlChange*) {
  a.shown("from", &ControlChange::from);
  a.shown("to", &ControlChange::to);
  a.shown("epoch", &ControlChange::epoch);
  a.field("reason", &ControlChange::reason);
  a.field("priority", &ControlChange::priority);
}

template <class A>
void list_fields(A& a, const DeliveryUpdate*) {
  a.field("message_id", &DeliveryUpdate::message);
  a.field("send_id", &DeliveryUpdate::send);
  a.shown("status", &DeliveryUpdate::status);
  a.field("external_id", &DeliveryUpdate::external_id);
}

template <class A>
void list_fields(A& a, const Target*) {
  a.field("message_id", &Target::message);
  a.field("emoji", &Target::emoji);
  a.field("text", &Target::text);
}

template <class A>
void list_fields(A& a, const PlatformEvent*) {
  a.field("type", &PlatformEvent::type);
  a.field("key", &PlatformEvent::key);
  a.field("ticket", &PlatformEvent::ticket);
  a.field("scene", &PlatformEvent::scene);
  a.field("attributes", &PlatformEvent::attributes);
}

template <class A>
void list_fields(A& a, const PersonLink*) {
  a.field("person_id", &PersonLink::person);
  a.field("other_id", &PersonLink::other);
  a.field("reason", &PersonLink::reason);
  a.field("actor", &PersonLink::actor);
}

template <class A>
void list_fields(A& a, const DecisionSummary*) {
  a.field("id", &DecisionSummary::id);
  a.field("rule", &DecisionSummary::rule);
  a.field("outcome", &DecisionSummary::outcome);
}

template <class A>
void list_fields(A& a, const SlaNews*) {
  a.shown("kind", &SlaNews::kind);
  a.field("queue_id", &SlaNews::queue);
  a.field("started_at", &SlaNews::started_at);
  a.field("due_at", &SlaNews::due_at);
}

template <class A>
void list_fields(A& a, const Event*) {
  a.constant("schema", kEventSchema);
  a.field("event_id", &Event::id);
  a.required("type", &Event::type);
  a.required("seq", &Event::seq);
  a.field("occurred_at", &Event::occurred_at);
  a.field("received_at", &Event::received_at);
  a.field("tenant_id", &Event::tenant);
  a.derived("conversation_id", &Event::person, conversation_text);
  a.field("person_id", &Event::person);
  a.field("episode_id", &Event::episode);
  a.field("channel", &Event::channel);
  a.field("identity", &Event::identity);
  a.field("message", &Event::message);
  a.field("delivery", &Event::delivery);
  a.field("control", &Event::control);
  a.field("target", &Event::target);
  a.field("platform_event", &Event::platform_event);
  a.field("link", &Event::link);
  a.field("decision", &Event::decision);
  a.field("referral", &Event::referral);
  a.field("analysis", &Event::analysis);
  a.field("sla", &Event::sla);
  a.field("actor", &Event::actor);
  a.field("note", &Event::note);
}

template <class A>
void list_fields(A& a, const Control*) {
  a.shown("holder", &Control::holder);
  a.shown("epoch", &Control::epoch);
  a.field("since", &Control::since);
}

template <class A>
void list_fields(A& a, const ReplyWindow*) {
  a.field("channel_id", &ReplyWindow::channel);
  a.field("trigger", &ReplyWindow::trigger);
  a.field("opened_at", &ReplyWindow::opened_at);
  a.field("used", &ReplyWindow::used);
}

template <class A>
void list_fields(A& a, const Address*) {
  a.shown("channel", &Address::channel);
  a.shown("identity", &Address::identity);
  a.field("recipient", &Address::recipient);
  a.field("opted_out", &Address::opted_out);
  a.field("unreachable", &Address::unreachable);
}

template <class A>
void list_fields(A& a, const SentRef*) {
  a.field("external_id", &SentRef::external_id);
  a.field("send_seq", &SentRef::send_seq);
  a.field("message_seq", &SentRef::message_seq);
  a.shown("status", &SentRef::status);
  a.field("channel_id", &SentRef::channel);
  a.field("at", &SentRef::at);
}

template <class A>
void list_fields(A& a, const EpisodeRecord*) {
  a.field("id", &EpisodeRecord::id);
  a.field("tenant_id", &EpisodeRecord::tenant);
  a.field("person_id", &EpisodeRecord::person);
  a.field("channel_id", &EpisodeRecord::channel);
  a.field("segment", &EpisodeRecord::segment);
  a.field("language", &EpisodeRecord::language);
  a.field("opened_at", &EpisodeRecord::opened_at);
  a.field("closed_at", &EpisodeRecord::closed_at);
  a.field("closed_by", &EpisodeRecord::closed_by);
  a.field("close_reason", &EpisodeRecord::close_reason);
  a.field("resolved_by", &EpisodeRecord::resolved_by);
  a.field("customer_messages", &EpisodeRecord::customer_messages);
  a.field("bot_messages", &EpisodeRecord::bot_messages);
  a.field("agent_messages", &EpisodeRecord::agent_messages);
  a.field("negative_turns", &EpisodeRecord::negative_turns);
  a.field("unanswered_since", &EpisodeRecord::unanswered_since);
  a.field("asked_at", &EpisodeRecord::asked_at);
  a.field("first_answer_at", &EpisodeRecord::first_answer_at);
  a.field("first_agent_at", &EpisodeRecord::first_agent_at);
  a.field("answers", &EpisodeRecord::answers);
  a.field("answer_time_ms", &EpisodeRecord::answer_time);
  a.field("answer_time_max_ms", &EpisodeRecord::answer_time_max);
  a.field("times_queued", &EpisodeRecord::times_queued);
  a.field("hand_overs", &EpisodeRecord::hand_overs);
  a.field("transfers", &EpisodeRecord::transfers);
  a.field("queued_at", &EpisodeRecord::queued_at);
  a.field("first_queued_at", &EpisodeRecord::first_queued_at);
  a.field("queue_time_ms", &EpisodeRecord::queue_time);
  a.field("queue_id", &EpisodeRecord::queue);
  a.field("agent_id", &EpisodeRecord::agent);
  a.field("bot_id", &EpisodeRecord::bot);
  a.field("rating", &EpisodeRecord::rating);
}

template <class A>
void list_fields(A& a, const Trial*) {
  a.field("experiment", &Trial::experiment);
  a.field("arm", &Trial::arm);
  a.field("episode_id", &Trial::episode);
  a.field("since", &Trial::since);
  a.field("last_at", &Trial::last_at);
  a.field("to_people", &Trial::to_people);
  a.field("closed", &Trial::closed);
  a.field("csat", &Trial::csat);
}

template <class A>
void list_fields(A& a, const HeardTurn*) {
  a.field("seq", &HeardTurn::seq);
  a.field("sentiment", &HeardTurn::sentiment);
  a.field("score", &HeardTurn::score);
  a.field("confidence", &HeardTurn::confidence);
  a.field("intent", &HeardTurn::intent);
  a.field("asked", &HeardTurn::asked);
  a.field("words", &HeardTurn::words);
}

template <class A>
void list_fields(A& a, const SlaClock*) {
  a.shown("kind", &SlaClock::kind);
  a.field("queue_id", &SlaClock::queue);
  a.field("started_at", &SlaClock::started_at);
  a.field("warn_at", &SlaClock::warn_at);
  a.field("due_at", &SlaClock::due_at);
  a.field("warned", &SlaClock::warned);
  a.field("breached", &SlaClock::breached);
}

template <class A>
void list_fields(A& a, const State*) {
  a.field("tenant_id", &State::tenant);
  a.derived("conversation_id", &State::person, conversation_text);
  a.field("person_id", &State::person);
  a.shown("last_seq", &State::last_seq);
  a.field("forward_to", &State::forward_to);
  a.field("merged", &State::merged);
  a.shown("lifecycle", &State::lifecycle);
  a.field("episode_id", &State::episode);
  a.field("episodes", &State::episodes);
  a.field("episode_turns", &State::episode_turns);
  a.shown("control", &State::control);
  a.field("priority", &State::priority);
  a.field("labels", &State::labels);
  a.field("attributes", &State::attributes);
  a.field("external_user", &State::external_user);
  a.field("union", &State::union_id);
  a.field("join_pending", &State::join_pending);
  a.field("display_name", &State::display_name);
  a.field("language", &State::language);
  a.field("segment", &State::segment);
  a.field("last_agent", &State::last_agent);
  a.field("waiting", &State::waiting);
  a.field("first_seen", &State::first_seen);
  a.field("last_seen", &State::last_seen);
  a.field("last_inbound_at", &State::last_inbound_at);
  a.field("last_outbound_at", &State::last_outbound_at);
  a.field("last_episode_closed", &State::last_episode_closed);
  a.field("days_away", &State::days_away);
  a.field("scores", &State::scores);
  a.field("addresses", &State::addresses);
  a.field("windows", &State::windows);
  a.field("sent", &State::sent);
  a.field("open_sends", &State::open_sends);
  a.field("open_bot_call", &State::open_bot_call);
  a.field("bot_turns", &State::bot_turns);
  a.field("case", &State::record);
  a.field("rating_asked_at", &State::rating_asked_at);
  a.field("episode_opened_at", &State::episode_opened_at);
  a.field("heard", &State::heard);
  a.field("mood", &State::mood);
  a.field("trend", &State::trend);
  a.field("unhappy", &State::unhappy);
  a.field("trials", &State::trials);
  a.field("sla", &State::sla);
  a.field("served_queue", &State::served_queue);
  a.field("served_weight", &State::served_weight);
  a.field("wrapping", &State::wrapping);
  a.field("wrap_until", &State::wrap_until);
  a.field("agent_spoke_at", &State::agent_spoke_at);
  a.field("silence_warned_at", &State::silence_warned_at);
  a.field("check_at", &State::check_at);
}

template <class A>
void list_fields(A& a, const Send*) {
  a.field("id", &Send::id);
  a.field("tenant_id", &Send::tenant);
  a.field("person_id", &Send::person);
  a.field("channel_id", &Send::channel);
  a.field("account", &Send::account);
  a.field("recipient", &Send::recipient);
  a.field("identity", &Send::identity);
  a.shown("message", &Send::message);
  a.field("idempotency_key", &Send::idempotency_key);
  a.field("epoch", &Send::epoch);
  a.field("fenced", &Send::fenced);
  a.field("unclear", &Send::unclear);
  a.field("reply_token", &Send::reply_token);
  a.field("step", &Send::step);
  a.field("step_data", &Send::step_data);
  a.field("created_at", &Send::created_at);
  a.field("not_before", &Send::not_before);
  a.field("expires_at", &Send::expires_at);
  a.field("window_ends_at", &Send::window_ends_at);
  a.field("bulk", &Send::bulk);
  a.field("last_error", &Send::last_error);
}

template <class A>
void list_fields(A& a, const BotCall*) {
  a.field("id", &BotCall::id);
  a.field("tenant_id", &BotCall::tenant);
  a.field("person_id", &BotCall::person);
  a.field("bot_id", &BotCall::bot);
  a.field("epoch", &BotCall::epoch);
  a.field("turn_seq", &BotCall::turn_seq);
  a.field("created_at", &BotCall::created_at);
  a.field("deadline", &BotCall::deadline);
  a.field("passive_token", &BotCall::passive_token);
}

template <class A>
void list_fields(A& a, const QueueEntry*) {
  a.field("tenant_id", &QueueEntry::tenant);
  a.derived("conversation_id", &QueueEntry::person, conversation_text);
  a.field("person_id", &QueueEntry::person);
  a.field("queue_id", &QueueEntry::queue);
  a.shown("priority", &QueueEntry::priority);
  a.field("since", &QueueEntry::since);
  a.field("epoch", &QueueEntry::epoch);
  a.field("reason", &QueueEntry::reason);
  a.field("segment", &QueueEntry::segment);
  a.field("language", &QueueEntry::language);
  a.field("preview", &QueueEntry::preview);
  a.field("skills", &QueueEntry::skills);
  a.field("offered_to", &QueueEntry::offered_to);
  a.field("entered_at", &QueueEntry::entered_at);
  a.field("mood", &QueueEntry::mood);
  a.field("weight", &QueueEntry::weight);
  a.field("last_agent", &QueueEntry::last_agent);
  a.field("offered_at", &QueueEntry::offered_at);
  a.field("offered_all", &QueueEntry::offered_all);
  a.field("declined", &QueueEntry::declined);
  a.field("declined_at", &QueueEntry::declined_at);
  a.field("told_at", &QueueEntry::told_at);
  a.field("told_position", &QueueEntry::told_position);
  a.field("overflows", &QueueEntry::overflows);
  a.field("mail", &QueueEntry::mail);
  a.field("check_at", &QueueEntry::check_at);
  a.field("sla", &QueueEntry::sla);
  a.field("due_at", &QueueEntry::due_at);
}

template <class A>
void list_fields(A& a, const Assignment*) {
  a.field("tenant_id", &Assignment::tenant);
  a.derived("conversation_id", &Assignment::person, conversation_text);
  a.field("person_id", &Assignment::person);
  a.field("agent_id", &Assignment::agent);
  a.field("queue_id", &Assignment::queue);
  a.field("epoch", &Assignment::epoch);
  a.field("since", &Assignment::since);
  a.field("weight", &Assignment::weight);
  a.field("wrap_until", &Assignment::wrap_until);
  a.field("check_at", &Assignment::check_at);
  a.field("sla", &Assignment::sla);
  a.field("due_at", &Assignment::due_at);
}

template <class A>
void list_fields(A& a, const AgentPresence*) {
  a.field("tenant_id", &AgentPresence::tenant);
  a.field("agent_id", &AgentPresence::agent);
  a.field("presence", &AgentPresence::presence);
  a.field("since", &AgentPresence::since);
  a.field("missed", &AgentPresence::missed);
  a.field("reason", &AgentPresence::reason);
}

template <class A>
void list_fields(A& a, const DeadLetter*) {
  a.shown("send", &DeadLetter::send);
  a.field("reason", &DeadLetter::reason);
  a.field("at", &DeadLetter::at);
}

template <class A>
void list_fields(A& a, const Relay*) {
  a.field("id", &Relay::id);
  a.field("tenant_id", &Relay::tenant);
  a.field("to", &Relay::to);
  a.field("from", &Relay::from);
  a.field("verb", &Relay::verb);
  a.field("actor", &Relay::actor);
  a.field("reason", &Relay::reason);
  a.field("addresses", &Relay::addresses);
  a.field("windows", &Relay::windows);
}

template <class A>
void list_fields(A& a, const RuleTrace*) {
  a.field("rule", &RuleTrace::rule);
  a.shown("matched", &RuleTrace::matched);
  a.field("why", &RuleTrace::why);
}

template <class A>
void list_fields(A& a, const ScoredTerm*) {
  a.field("term", &ScoredTerm::term);
  a.shown("weight", &ScoredTerm::weight);
}

template <class A>
void list_fields(A& a, const QueueLoad*) {
  a.field("queue_id", &QueueLoad::queue);
  a.shown("waiting", &QueueLoad::waiting);
  a.shown("online", &QueueLoad::online);
  a.shown("free", &QueueLoad::free);
  a.field("oldest_wait_s", &QueueLoad::oldest_wait_s);
  a.field("estimated_wait_s", &QueueLoad::estimated_wait_s);
}

template <class A>
void list_fields(A& a, const Candidate*) {
  a.field("who", &Candidate::who);
  a.shown("chosen", &Candidate::chosen);
  a.field("why", &Candidate::why);
}

template <class A>
void list_fields(A& a, const DecisionInputs*) {
  a.field("channel_id", &DecisionInputs::channel);
  a.field("platform", &DecisionInputs::platform);
  a.field("text_kind", &DecisionInputs::text_kind);
  a.field("language", &DecisionInputs::language);
  a.field("segment", &DecisionInputs::segment);
  a.field("holder", &DecisionInputs::holder);
  a.field("epoch", &DecisionInputs::epoch);
  a.field("episode_turns", &DecisionInputs::episode_turns);
  a.field("episodes", &DecisionInputs::episodes);
  a.field("scores", &DecisionInputs::scores);
  a.field("analysis", &DecisionInputs::analysis);
  a.field("terms", &DecisionInputs::terms);
  a.field("attributes", &DecisionInputs::attributes);
  a.field("facts", &DecisionInputs::facts);
  a.field("days_since_seen", &DecisionInputs::days_since_seen);
  a.field("bot_turns", &DecisionInputs::bot_turns);
  a.field("at", &DecisionInputs::at);
  a.field("episode_minutes", &DecisionInputs::episode_minutes);
  a.field("load", &DecisionInputs::load);
}

template <class A>
void list_fields(A& a, const Decision*) {
  a.field("id", &Decision::id);
  a.field("tenant_id", &Decision::tenant);
  a.derived("conversation_id", &Decision::person, conversation_text);
  a.field("person_id", &Decision::person);
  a.field("turn_seq", &Decision::turn_seq);
  a.shown("inputs", &Decision::inputs);
  a.shown("tried", &Decision::tried);
  a.field("rule", &Decision::rule);
  a.shown("outcome", &Decision::outcome);
  a.field("priority", &Decision::priority);
  a.field("reason", &Decision::reason);
  a.field("policy_version", &Decision::policy_version);
  a.field("model_version", &Decision::model_version);
  a.field("took_ns", &Decision::took_ns);
  a.field("candidates", &Decision::candidates);
  a.field("experiment", &Decision::experiment);
  a.field("arm", &Decision::arm);
  a.field("actions", &Decision::actions);
}

// Capabilities are only ever written, and in full: whoever asks wants to see each one.
template <class A>
void list_fields(A& a, const ContentLevel*) {
  a.shown("type", &ContentLevel::type);
  a.shown("level", &ContentLevel::level);
}

template <class A>
void list_fields(A& a, const ReplyPolicy*) {
  a.shown("trigger", &ReplyPolicy::trigger);
  a.shown("window_ms", &ReplyPolicy::window);
  a.shown("quota", &ReplyPolicy::quota);
  a.field("people_only", &ReplyPolicy::people_only);
}

template <class A>
void list_fields(A& a, const Capabilities*) {
  a.shown("platform", &Capabilities::platform);
  a.shown("content", &Capabilities::content);
  a.shown("text_max", &Capabilities::text_max);
  a.shown("text_unit", &Capabilities::text_unit);
  a.shown("typing", &Capabilities::typing);
  a.shown("read_receipts", &Capabilities::read_receipts);
  a.shown("delivery_receipts", &Capabilities::delivery_receipts);
  a.shown("templates", &Capabilities::templates);
  a.shown("quick_replies", &Capabilities::quick_replies);
  a.shown("idempotent_send", &Capabilities::idempotent_send);
  a.shown("idempotency_window_ms", &Capabilities::idempotency_window);
  a.shown("body_signed", &Capabilities::body_signed);
  a.shown("edit_max_age_ms", &Capabilities::edit_max_age);
  a.shown("delete_max_age_ms", &Capabilities::delete_max_age);
  a.shown("reply_policy", &Capabilities::reply_policy);
  a.shown("rate_per_s", &Capabilities::rate_per_s);
  a.shown("burst", &Capabilities::burst);
  a.shown("ack_deadline_ms", &Capabilities::ack_deadline);
  a.shown("passive_reply", &Capabilities::passive_reply);
  a.shown("profiles", &Capabilities::profiles);
  a.shown("inbound_mode", &Capabilities::inbound_mode);
  a.shown("send_mode", &Capabilities::send_mode);
  a.shown("text_kind", &Capabilities::text_kind);
}

template <class T>
concept HasFields = requires(int& any_archive, const T* t) { list_fields(any_archive, t); };

}  // namespace parley::detail
