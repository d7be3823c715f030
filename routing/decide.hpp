// routing/decide.hpp
// The heart: decide(state, command, policy, time) -> events, new state, effects. Pure: same
// arguments, same answer. No clock, no randomness, no I/O; ids come from the sequence numbers.
//
// Promise  events continue the log without a gap; exactly one decision for an inbound turn; a bot's
//          answer made under an old control epoch becomes an internal draft and no send; a send
//          outside its reply window is suppressed before any call, with the reason.
// Errors   conflict (somebody else holds it, epoch moved on, merged into another person), rejected
//          (not allowed now; the detail says what would be), not_found (no such agent, queue,
//          channel, message), malformed (content past its limits), window_closed and recipient_gone
//          (AgentSays, SystemSays, ReplaySend: nothing is stored, the detail says what may go),
//          overloaded (kOpenSendsMax unfinished sends). On error nothing changes.
//          A command that means nothing now (typing, an unknown receipt, a repeat) is no error: its
//          transition has no events and the old state.
// Limits   kAddressesMax, kLabelsMax, kAttributesMax, kRuleTextBytesMax below.
// Threads  any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "conversation/profile.hpp"
#include "conversation/transition.hpp"
#include "routing/analyzer.hpp"
#include "routing/policy.hpp"

namespace parley::routing {

inline constexpr std::size_t kAddressesMax = 16;
inline constexpr std::size_t kLabelsMax = 32;
inline constexpr std::size_t kAttributesMax = kProfileAttributesMax;
inline constexpr std::size_t kAttributeBytesMax = kProfileTextBytesMax;  // a name or a value
inline constexpr std::size_t kRuleTextBytesMax = 8 * 1024;  // of a turn's text, that rules look at

// What the tenant's systems know of a customer, found while their turn was on its way.
struct KnownProfile {
  std::string source;  // actor of the event
  Profile what;
  std::string kept_for;  // user id whose profile row is used up now, "" if it came another way
};

// What somebody else's classifier says of a turn's text, asked before deciding. What it leaves out
// is our own model's.
struct Reading {
  std::string model;      // its name as it gave it, for the decision's record
  std::string sentiment;  // "" leaves it
  double score = 0, confidence = 0;
  bool angry = false;
  std::string intent;  // "" leaves it
  double intent_confidence = 0;
  std::string failed;  // why nothing of this holds; "" when it does
};

// What the customer did, as a connector told it.
struct CustomerSays {
  ChannelRef channel;
  Identity identity;
  std::string recipient;
  Message message;  // inbound
  std::optional<TimePoint> occurred_at;
  std::optional<Referral> referral;
  std::string opens_window;
  std::string passive_token;  // the webhook is still open and could carry the answer
  std::vector<DedupKey> dedup;
  std::string external_user;  // a user id the tenant signed, "" if none
  bool opted_in = false;      // on this platform to speak is to opt in
  std::optional<KnownProfile> profile = {};
  std::optional<Reading> reading = {};  // of the tenant's own classifier, when there is one
};

struct CustomerSignals {  // menu click, follow, typing, read, reaction, opt-out, ...
  ChannelRef channel;
  Identity identity;
  std::string recipient;
  EventType type = EventType::platform_event;
  PlatformEvent platform_event;
  std::optional<Target> target;
  std::optional<TimePoint> occurred_at;
  std::optional<Referral> referral;
  std::string opens_window;
  std::vector<DedupKey> dedup;
  bool opted_out = false, opted_in = false;
};

struct ReceiptArrived {
  ChannelId channel;
  std::string external_id;
  SendId send;                          // when no message has that id
  std::optional<TimePoint> up_to = {};  // or all that was sent on the channel until then
  DeliveryStatus status;
  std::vector<DedupKey> dedup;
};

struct BotAnswered {
  BotCallId call;
  std::uint64_t epoch = 0;        // of the call
  std::vector<Message> messages;  // content only
  bool hand_over = false;         // the bot asks for a human; messages are said first
  std::string reason;             // why it hands over; for the decision and the queue entry
  double score = 0;
  std::string passive_token = {};  // of the call; the first message may go that way
};
struct BotFailed {
  BotCallId call;
  std::uint64_t epoch = 0;
  std::string reason;  // "deadline of 8000 ms", "circuit open", ...
};

// A queue shows the customer to an agent, who may accept or not.
struct OfferToAgent {
  AgentId agent;
  std::uint64_t epoch = 0;
};
struct AcceptOffer {
  AgentId agent;
  std::uint64_t epoch = 0;
};
struct RejectOffer {
  AgentId agent;
  std::uint64_t epoch = 0;
  std::string reason;
};
// Shown to several at once: it stays in the queue, and the first of them who accepts is assigned.
struct OfferToAll {
  std::vector<AgentId> agents;
  std::uint64_t epoch = 0;
};
// Straight from the queue to the agent, atomically; the desk has reserved the place.
struct AssignToAgent {
  AgentId agent;
  std::uint64_t epoch = 0;
  std::string actor = {};   // "": the agent
  std::string reason = {};  // why this agent
};
// What waiting comes to. All are refused (conflict) when the epoch has passed.
struct PassOn {  // to another queue; the wait goes on
  QueueId queue;
  std::uint64_t epoch = 0;
  std::string reason;
};
struct AskForMessage {  // they keep their place, and are asked to say all they want to say
  std::uint64_t epoch = 0;
  bool full = false;  // else it is closed, or takes too long
  bool closed = false;
  std::string reason;
};
struct EndWait {  // to a bot, or to nobody
  Holder to;
  std::uint64_t epoch = 0;
  bool full = false;
  std::string reason;
};
struct TellPosition {  // of no effect where a channel counts our messages
  std::uint64_t epoch = 0;
  std::uint32_t position = 0;
  Milliseconds estimate{};  // zero: nobody can tell
};
// Whatever time brings by itself: promises (SLA), a silent customer, the end of a wrap-up.
struct TimePassed {};
// The agent has finished up after a close.
struct FinishWrapUp {
  AgentId agent;
};
// A supervisor or agent takes it from whoever holds it.
struct TakeOver {
  AgentId agent;
  std::string actor;
};
struct AgentSays {
  AgentId agent;
  Message message;                   // content, reply_to, suggested_actions
  std::optional<ChannelId> channel;  // default: where the customer last was
};
struct Note {
  std::string actor;
  std::string text;
};
struct Transfer {
  std::string actor;
  Holder to;
  std::string note;
  int priority = -1;
};
struct Release {
  std::string actor;
  std::string reason;
};  // back to the bot, else nobody
struct CloseEpisode {
  std::string actor;
  std::string reason;
};

// An enterprise system sends through the same pipe.
struct SystemSays {
  std::string actor;  // "api:<key id>"
  Message message;
  std::optional<ChannelId> channel;
  bool bulk = false;
  bool notification = false;
};

// How an attempt of a send went; comes back from the outbound side. "submitting" before the first
// byte is the fence: a fenced send whose epoch has passed is suppressed there and then.
struct SendProgress {
  SendId send;
  Send row;  // as last stored
  DeliveryState state = DeliveryState::sent;
  std::vector<std::string> external_ids;
  std::vector<std::string> degraded;
  std::string error_code, error;
  std::optional<TimePoint> retry_at;  // stays open until then
  bool dead_letter = false;           // with state failed
  bool unclear = false;               // this attempt failed, and may have arrived
  bool recipient_gone = false;
  std::string new_recipient;
  int step = 0;
  std::string step_data;
};
struct ReplaySend {
  DeadLetter letter;
  std::string actor;
};

struct UpdateProfile {
  std::string actor;
  Attributes attributes;  // merged in
  std::vector<std::string> erase;
  std::optional<std::string> display_name, language, external_user;
};
struct MergeInto {
  PersonId survivor;
  std::string actor, reason;
};  // said to the one that ends
struct MergedFrom {  // said to the survivor, once a Relay "merged_from" arrives
  PersonId other;
  std::string actor, reason, relay;
  std::vector<Address> addresses = {};  // as the relay has them
  std::vector<ReplyWindow> windows = {};
};
struct UnmergeFrom {  // said to the merged one; by a Relay "unmerge_from" if the merge was refused
  std::string actor, reason, relay = {};
};
struct UnmergedFrom {  // said to the survivor, once a Relay "unmerged_from" arrives
  PersonId other;
  std::string actor, reason, relay;
  std::vector<Address> addresses = {};
};
struct LinkIdentity {
  Identity identity;
  ChannelRef channel;
  std::string recipient, actor, reason;
};

// A customer's file is in our store now. Named by a Relay{verb "fetch_media", reason: the message's
// seq} that CustomerSays adds for media known by url or platform id only; finishes that relay and,
// when anything was fetched, says message.updated with the parts that changed.
struct MediaStored {
  std::uint64_t message_seq = 0;
  std::vector<std::pair<std::size_t, Media>> parts = {};  // place in the message, what it is now
  std::string relay = {};
};

// What the platform told of a customer when asked, once for each new identity: a Relay{verb
// "fetch_profile", addresses: where} asks for it. Empty: it tells nothing. Finishes that relay.
struct ProfileRead {
  Identity identity;
  ChannelRef channel;
  std::string relay = {};
};
// A union id is one customer's in all accounts of an owner. Said to the person who has it now by a
// Relay{verb "join_union", reason: the id} that is made when nobody is in the middle of anything
// with them: `owner` is who had it first and becomes the survivor of a merge; "": nobody, and it is
// claimed, under `dedup` so that of two only one can. Never merges a person who holds another union
// id, nor again one who was taken apart.
struct JoinUnion {
  std::string union_id;
  PersonId owner;
  std::string relay = {};
  std::vector<DedupKey> dedup = {};
};

// Everything known of this person is to go: the log keeps its numbers, nothing that was begun goes
// on. Also said to one who was merged; the link between the two goes too.
struct ErasePerson {
  std::string actor;
};
// The relay that tells of it, until the store has taken away the rest: `reason` is the last
// sequence number that goes.
inline constexpr std::string_view kEraseVerb = "erase";

using Command =
    std::variant<CustomerSays, CustomerSignals, ReceiptArrived, BotAnswered, BotFailed,
                 OfferToAgent, AcceptOffer, RejectOffer, AssignToAgent, TakeOver, AgentSays, Note,
                 Transfer, Release, CloseEpisode, SystemSays, SendProgress, ReplaySend,
                 UpdateProfile, MergeInto, MergedFrom, UnmergeFrom, UnmergedFrom, LinkIdentity,
                 MediaStored, ProfileRead, JoinUnion, OfferToAll, PassOn, AskForMessage, EndWait,
                 TellPosition, TimePassed, FinishWrapUp, ErasePerson>;

// Under which a union id is linked to the person who has it.
IdentityKey union_key(std::string_view union_id);

// The command a relay row stands for ("merged_from", "unmerged_from", ...; not "fetch_media",
// "fetch_profile" and "join_union", which the pipeline carries out itself). malformed: a verb we do
// not know.
Result<Command> command_of(const Relay& row);

// How busy the queues are, as whoever keeps them last saw it. A snapshot: deciding stays pure, and
// what rules asked of it is recorded with the decision. Queues that are not in it are unknown.
struct Load {
  TimePoint at{};
  std::vector<QueueLoad> queues;
};

struct DecideContext {
  const Policy& policy;
  const Analyzer& analyzer;
  TimePoint now{};
  const Load* load = nullptr;  // null: unknown, and no rule about load holds
};

// The state of a person nothing was ever heard of.
State first_state(const TenantId& tenant, const PersonId& person);

Result<Transition> decide(const State& state, const Command& command, const DecideContext& context);

// May a free-form message go to this address now? Empty when it may, else why not.
struct WindowVerdict {
  bool open = true;
  std::string reason;  // "no message of the customer in the last 48 h"
  std::optional<TimePoint> ends_at;
  std::optional<std::uint32_t> left;
};
// `speaker`: some windows are for people's answers only.
WindowVerdict check_window(const State& state, const ChannelPolicy& channel, TimePoint now,
                           AuthorType speaker);

// A bot's answer that somebody else has overtaken: it must not go out any more.
bool is_fenced_out(const Send& send, const State& state) noexcept;

// Re-runs the rules on recorded inputs: the same policy must give the recorded outcome. Another
// policy may ask the text for words the record says nothing of: then give the turn's `text`.
Holder decide_again(const Decision& recorded, const Policy& policy, std::vector<RuleTrace>* tried,
                    const std::string* text = nullptr);

// One sentence, for people. language: "en" or "zh".
std::string explain(const Decision& decision, std::string_view language);

}  // namespace parley::routing
