// routing/decide.hpp
// The heart: decide(state, command, policy, time) -> events, new state, effects. Pure: same
// arguments, same answer. No clock, no randomness, no I/O; ids come from the sequence numbers.
//
// Promise  events continue the log without a gap; exactly one decision for an inbound turn; a bot's
//          answer made under an old control epoch becomes an internal draft and no send; a send
//          outside its reply window is suppressed before any call, with the reason.
// Errors   conflict (somebody else holds it, epoch moved on), rejected (not allowed now; the detail
//          says what would be), not_found (no such agent, queue, channel, message), overloaded
//          (kOpenSendsMax unfinished sends). On error nothing changes.
// Threads  any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "conversation/transition.hpp"
#include "routing/analyzer.hpp"
#include "routing/policy.hpp"

namespace parley::routing {

// What the customer did, as a connector told it.
struct CustomerSays {
  ChannelRef channel;
  Identity identity;
  std::string recipient;
  Message message;               // inbound
  std::optional<TimePoint> occurred_at;
  std::optional<Referral> referral;
  std::string opens_window;
  std::string passive_token;     // the webhook is still open and could carry the answer
  std::vector<DedupKey> dedup;
  std::string external_user;     // a user id the tenant signed, "" if none
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
  std::string external_id;  // or, when empty, `send`
  SendId send;
  DeliveryStatus status;
  std::vector<DedupKey> dedup;
};

struct BotAnswered {
  BotCallId call;
  std::uint64_t epoch = 0;      // of the call
  std::vector<Message> messages;  // content only
  bool hand_over = false;       // the bot asks for a human; messages are said first
  std::string reason;           // why it hands over; for the decision and the queue entry
  double score = 0;
};
struct BotFailed {
  BotCallId call;
  std::uint64_t epoch = 0;
  std::string reason;           // "deadline of 8000 ms", "circuit open", ...
};

// A queue shows the customer to an agent, who may accept or not.
struct OfferToAgent { AgentId agent; std::uint64_t epoch = 0; };
struct AcceptOffer { AgentId agent; std::uint64_t epoch = 0; };
struct RejectOffer { AgentId agent; std::uint64_t epoch = 0; std::string reason; };
// Straight from the queue to the agent, atomically; the desk has reserved the place.
struct AssignToAgent { AgentId agent; std::uint64_t epoch = 0; };
// A supervisor or agent takes it from whoever holds it.
struct TakeOver { AgentId agent; std::string actor; };
struct AgentSays {
  AgentId agent;
  Message message;              // content, reply_to, suggested_actions
  std::optional<ChannelId> channel;  // default: where the customer last was
};
struct Note { std::string actor; std::string text; };
struct Transfer { std::string actor; Holder to; std::string note; int priority = -1; };
struct Release { std::string actor; std::string reason; };  // back to the bot, else nobody
struct CloseEpisode { std::string actor; std::string reason; };

// An enterprise system sends through the same pipe.
struct SystemSays {
  std::string actor;            // "api:<key id>"
  Message message;
  std::optional<ChannelId> channel;
  bool bulk = false;
  bool notification = false;
};

// How an attempt of a send went; comes back from the outbound side.
struct SendProgress {
  SendId send;
  Send row;                     // as last stored
  DeliveryState state = DeliveryState::sent;
  std::vector<std::string> external_ids;
  std::vector<std::string> degraded;
  std::string error_code, error;
  std::optional<TimePoint> retry_at;     // stays open until then
  bool dead_letter = false;              // with state failed
  bool recipient_gone = false;
  std::string new_recipient;
  int step = 0;
  std::string step_data;
};
struct ReplaySend { DeadLetter letter; std::string actor; };

struct UpdateProfile {
  std::string actor;
  Attributes attributes;        // merged in
  std::vector<std::string> erase;
  std::optional<std::string> display_name, language, external_user;
};
struct MergeInto { PersonId survivor; std::string actor, reason; };   // said to the one that ends
struct MergedFrom { PersonId other; std::string actor, reason, relay; };  // said to the survivor
struct UnmergeFrom { std::string actor, reason; };                    // said to the merged one
struct UnmergedFrom { PersonId other; std::string actor, reason, relay; };
struct LinkIdentity { Identity identity; ChannelRef channel; std::string recipient, actor, reason; };

using Command =
    std::variant<CustomerSays, CustomerSignals, ReceiptArrived, BotAnswered, BotFailed,
                 OfferToAgent, AcceptOffer, RejectOffer, AssignToAgent, TakeOver, AgentSays, Note,
                 Transfer, Release, CloseEpisode, SystemSays, SendProgress, ReplaySend,
                 UpdateProfile, MergeInto, MergedFrom, UnmergeFrom, UnmergedFrom, LinkIdentity>;

struct DecideContext {
  const Policy& policy;
  const Analyzer& analyzer;
  TimePoint now{};
};

// The state of a person nothing was ever heard of.
State first_state(const TenantId& tenant, const PersonId& person);

Result<Transition> decide(const State& state, const Command& command,
                          const DecideContext& context);

// May a free-form message go to this address now? Empty when it may, else why not.
struct WindowVerdict {
  bool open = true;
  std::string reason;                       // "no message of the customer in the last 48 h"
  std::optional<TimePoint> ends_at;
  std::optional<std::uint32_t> left;
};
WindowVerdict check_window(const State& state, const ChannelPolicy& channel, TimePoint now);

// Re-runs the rules on recorded inputs: the same policy must give the recorded outcome.
Holder decide_again(const Decision& recorded, const Policy& policy, std::vector<RuleTrace>* tried);

// One sentence, for people. language: "en" or "zh".
std::string explain(const Decision& decision, std::string_view language);

}  // namespace parley::routing
