#include "tests/simulation/checker.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "base/crypto.hpp"

namespace parley::simulation {
namespace {

// An outbound message as its log tells of it.
struct Sending {
  const Conversation* where = nullptr;
  const Event* created = nullptr;
  std::vector<const Event*> updates;
  DeliveryState end = DeliveryState::queued;
  std::string text;

  bool went_through(DeliveryState state) const {
    return std::ranges::any_of(
        updates, [&](const Event* event) { return event->delivery->status.state == state; });
  }
};

constexpr std::string_view kNotice = "One moment";

class Check {
 public:
  Check(const History& history, const Stored& stored, const TraitsOf& traits)
      : history_(history), stored_(stored), traits_(traits) {}

  std::vector<std::string> run() {
    wrong_ = history_.trouble;
    for (const auto& what : stored_.unreadable) wrong("I3 unreadable: " + what);
    for (const Conversation& conversation : stored_.conversations) {
      check_log(conversation);
      check_control(conversation);
      collect(conversation);
    }
    check_inbound();
    check_spoken();
    check_decisions();
    check_streams();
    for (const auto& [id, sending] : sendings_) check_sending(id, sending);
    check_calls();
    check_rest();
    check_desk();
    check_tenants();
    return std::move(wrong_);
  }

 private:
  void wrong(std::string what) { wrong_.push_back(std::move(what)); }
  static std::string name(const Conversation& c) { return c.tenant.value + '/' + c.person.value; }

  // ---- I4, I5: one conversation's log

  void check_log(const Conversation& c) {
    for (std::size_t i = 0; i < c.events.size(); ++i) {
      if (c.seqs[i] != i + 1 || c.events[i].seq != i + 1) {
        wrong("I4 " + name(c) + ": a gap at seq " + std::to_string(i + 1));
      }
      if (c.events[i].tenant != c.tenant || c.events[i].person != c.person) {
        wrong("I10 " + name(c) + ": an event of " + c.events[i].tenant.value + '/' +
              c.events[i].person.value);
      }
    }
    if (c.state.last_seq != c.events.size()) {
      wrong("I4 " + name(c) + ": the state is at seq " + std::to_string(c.state.last_seq) +
            ", the log at " + std::to_string(c.events.size()));
    }
  }

  void check_control(const Conversation& c) {
    Control now;
    std::string turn;  // the latest
    for (const Event& event : c.events) {
      if (event.control) {
        if (event.control->from != now.holder || event.control->epoch != now.epoch + 1) {
          wrong("I5 " + name(c) + ": control does not pass on at seq " + std::to_string(event.seq));
        }
        now.holder = event.control->to;
        now.epoch = event.control->epoch;
      }
      if (event.type == EventType::message_created && event.message &&
          event.message->direction == Direction::inbound) {
        turn = event.message->id.value;
      }
      const bool spoken = event.type == EventType::message_created && event.message &&
                          event.message->direction == Direction::outbound;
      if (!spoken) continue;
      const Author& author = event.message->author;
      const bool wrong_bot = author.type == AuthorType::bot && now.holder.kind != HolderKind::bot;
      const bool wrong_agent =
          author.type == AuthorType::agent && now.holder != Holder{HolderKind::agent, author.id};
      if (wrong_bot || wrong_agent) {
        wrong("I8 " + name(c) + ": " + author.id + " speaks at seq " + std::to_string(event.seq) +
              " while " + now.holder.id + " holds it");
      }
      if (author.type == AuthorType::bot && event.message->reply_to != turn) {
        wrong("I5 " + name(c) + ": the bot's word at seq " + std::to_string(event.seq) +
              " is for a turn that another came after");
      }
    }
    if (now.holder != c.state.control.holder || now.epoch != c.state.control.epoch) {
      wrong("I5 " + name(c) + ": the state's control is not the log's");
    }
  }

  void collect(const Conversation& c) {
    for (const Event& event : c.events) {
      if (event.type == EventType::message_created && event.message) {
        const std::string text = plain_text(*event.message);
        if (event.message->direction == Direction::inbound) {
          inbound_[text].emplace_back(&c, &event);
        } else if (event.message->direction == Direction::outbound) {
          Sending& sending = sendings_[place_id("snd", c.person, event.seq)];
          sending.where = &c;
          sending.created = &event;
          sending.text = text;
          outbound_[text].push_back(&sending);
          if (event.message->delivery) sending.end = event.message->delivery->state;
        }
      }
      if (event.type == EventType::delivery_updated && event.delivery &&
          !event.delivery->send.empty()) {
        Sending& sending = sendings_[event.delivery->send.value];
        sending.updates.push_back(&event);
        sending.end = event.delivery->status.state;
      }
    }
  }

  // ---- I1, I2, I3, I4: what customers said

  void check_inbound() {
    std::map<std::string, const Said*> said;
    for (const Said& each : history_.said) {
      said[each.text] = &each;
      const auto found = inbound_.find(each.text);
      const std::size_t times = found == inbound_.end() ? 0 : found->second.size();
      const std::string who = each.tenant.value + '/' + each.user + ' ' + each.text;
      if (each.acked != kNever && times != 1) {
        wrong("I1 " + who + ": acknowledged, stored " + std::to_string(times) + " times");
      }
      if (times > 1) wrong("I2 " + who + ": stored " + std::to_string(times) + " times");
      if (each.acked == kNever && !each.given_up) wrong("I9 " + who + ": never acknowledged");
    }
    std::map<const Conversation*, std::vector<std::pair<std::uint64_t, const Said*>>> logs;
    for (const auto& [text, places] : inbound_) {
      const auto found = said.find(text);
      if (found == said.end() || found->second->first_tried == kNever) {
        wrong("I3 " + text + " is stored and was never said");
        continue;
      }
      for (const auto& [where, event] : places) {
        if (where->tenant != found->second->tenant ||
            event->identity->key.value != found->second->user) {
          wrong("I10 " + text + " is stored for another customer: " + name(*where));
        }
        logs[where].emplace_back(event->seq, found->second);
      }
    }
    for (auto& [where, log] : logs) {
      std::ranges::sort(log);
      for (std::size_t i = 0; i + 1 < log.size(); ++i) {
        for (std::size_t k = i + 1; k < log.size(); ++k) {
          if (log[k].second->acked < log[i].second->first_tried) {
            wrong("I4 " + name(*where) + ": " + log[i].second->text + " stands before " +
                  log[k].second->text + ", which was acknowledged before it was tried");
          }
        }
      }
    }
  }

  // ---- I3: what we said for others

  void check_spoken() {
    for (const Spoken& each : history_.spoken) {
      const auto found = outbound_.find(each.text);
      const std::size_t times = found == outbound_.end() ? 0 : found->second.size();
      if (times > 1 || (each.done && times != 1) || (each.refused && times != 0)) {
        wrong("I1 " + each.actor + " said \"" + each.text + "\": stored " + std::to_string(times) +
              (each.done ? " times, told done" : " times"));
      }
    }
    std::set<std::string> known;
    for (const Spoken& each : history_.spoken) known.insert(each.text);
    for (const BotSaid& each : history_.bots) known.insert(each.text);
    for (const auto& [text, sendings] : outbound_) {
      if (!text.starts_with(kNotice) && !known.contains(text)) {
        wrong("I3 \"" + text + "\" was said by nobody");
      }
    }
  }

  // ---- I5

  void check_decisions() {
    std::map<std::string, int> decided;  // by conversation and turn
    for (const auto& [tenant, decision] : stored_.decisions) {
      ++decided[decision.person.value + '-' + std::to_string(decision.turn_seq)];
    }
    for (const auto& [text, places] : inbound_) {
      for (const auto& [where, event] : places) {
        const std::string turn = where->person.value + '-' + std::to_string(event->seq);
        const int rows = decided[turn];
        std::size_t events = 0;
        const std::string id = place_id("dec", where->person, event->seq);
        for (const Event& each : where->events) {
          events += each.decision && each.decision->id.value == id;
        }
        if (rows != 1 || events != 1) {
          wrong("I5 " + name(*where) + ": turn " + text + " is decided " + std::to_string(events) +
                " times, explained " + std::to_string(rows) + " times");
        }
      }
    }
  }

  void check_streams() {
    for (const auto& [tenant, items] : stored_.streams) {
      std::map<PersonId, std::uint64_t> last;
      std::uint64_t position = 0;
      for (const auto& item : items) {
        if (item.position < position || item.event.seq != last[item.person] + 1) {
          wrong("I4 " + tenant.value + '/' + item.person.value + ": out of order in the stream");
        }
        position = item.position;
        last[item.person] = item.event.seq;
      }
    }
  }

  // ---- I6, I7, I8: what becomes of a send

  void check_sending(const std::string& id, const Sending& sending) {
    if (sending.created == nullptr) {
      wrong("I3 " + id + ": news of a send that was never made");
      return;
    }
    const Conversation& c = *sending.where;
    const Traits& traits = traits_.at(c.tenant);
    std::size_t effects = 0, ambiguous = 0;
    for (const Call& call : history_.calls) {
      if (call.send.value != id) continue;
      effects += call.effect;
      ambiguous += call.ambiguous;
    }
    // A notice's text is used more than once: which of them went that way cannot be told.
    const bool notice = sending.text.starts_with(kNotice);
    const bool passively = !notice && history_.passive.contains(sending.text);
    const std::string what = name(c) + ' ' + id + " \"" + sending.text + "\" " +
                             std::string(to_string(sending.end)) + ": ";
    const std::string times = std::to_string(effects) + " times to the customer, " +
                              std::to_string(ambiguous) + " calls unclear";
    const bool unclear = ambiguous > 0 || history_.crashes > 0;
    switch (sending.end) {
      case DeliveryState::sent:
      case DeliveryState::delivered:
      case DeliveryState::read:
        if (effects == 0 && !passively && !(traits.passive && (notice || history_.crashes > 1))) {
          wrong("I7 " + what + times);
        }
        break;
      case DeliveryState::suppressed:
        if (effects > 0 || passively) wrong("I7 " + what + times);
        break;
      case DeliveryState::failed:
      case DeliveryState::expired:
        if (effects > 0 && !unclear) wrong("I7 " + what + times);
        break;
      case DeliveryState::uncertain:
        if (!unclear) wrong("I7 " + what + times);
        break;
      default:
        wrong("I6 " + what + "it has not come to an end");
    }
    const bool dead = std::ranges::any_of(stored_.dead_letters, [&](const auto& letter) {
      return letter.second.send.id.value == id;
    });
    const bool should_be_dead =
        sending.end == DeliveryState::failed || sending.end == DeliveryState::uncertain;
    if (should_be_dead && !dead) wrong("I6 " + what + "in no list of dead letters");
    // A crash in the middle of a call leaves it unclear as well, and so it does an answer that goes
    // with a webhook's.
    std::size_t most = traits.may_repeat && !traits.idempotent ? ambiguous + lives_of(id) : 1;
    if (traits.may_repeat && passively && history_.crashes > 1) ++most;
    if (effects + (passively ? 1 : 0) > most) wrong("I7 " + what + times);
    check_fence(id, sending);
  }

  std::size_t lives_of(const std::string& id) const {
    std::set<int> lives;
    for (const Call& call : history_.calls) {
      if (call.send.value == id) lives.insert(call.life);
    }
    return std::max<std::size_t>(lives.size(), 1);
  }

  // A bot's answer begins to go out under the control it was made under, or never.
  void check_fence(const std::string& id, const Sending& sending) {
    const auto bot = std::ranges::find_if(
        history_.bots, [&](const BotSaid& each) { return each.text == sending.text; });
    if (bot == history_.bots.end() || bot->hands_over) return;
    std::uint64_t epoch = 0;
    for (const Event& event : sending.where->events) {
      if (event.seq <= sending.created->seq && event.control) epoch = event.control->epoch;
      if (event.seq <= sending.created->seq) continue;
      const bool begins = event.delivery && event.delivery->send.value == id &&
                          event.delivery->status.state == DeliveryState::submitting;
      if (begins) return;
      if (event.control && event.control->epoch > epoch) {
        if (sending.went_through(DeliveryState::submitting)) {
          wrong("I8 " + name(*sending.where) + ' ' + id + ": the bot's \"" + sending.text +
                "\" begins to go out after control moved at seq " + std::to_string(event.seq));
        }
        return;
      }
    }
  }

  void check_calls() {
    std::map<std::string, std::set<std::string>> keys;  // of a send
    std::map<std::string, std::vector<std::pair<Moment, std::uint64_t>>> lines;
    for (const Call& call : history_.calls) {
      const std::string what = call.tenant.value + '/' + call.user + " \"" + call.text + "\"";
      if (call.send.empty()) {
        wrong("I6 a call for " + what + " that no row in the store knows");
        continue;
      }
      if (call.durable != DeliveryState::submitting) {
        wrong("I6 a call for " + what + " which is " + std::string(to_string(call.durable)) +
              " in the store");
      }
      keys[call.send.value].insert(call.key);
      const auto place = parse_place("snd", call.send.value);
      if (place) lines[place->person.value].emplace_back(call.at, place->seq);
      const auto sending = sendings_.find(call.send.value);
      if (sending == sendings_.end()) continue;
      if (sending->second.where->tenant != call.tenant || sending->second.text != call.text) {
        wrong("I10 a call for " + what + " that is " + sending->second.text);
      }
    }
    for (const auto& [send, used] : keys) {
      if (used.size() > 1) wrong("I7 " + send + " goes out under several keys");
    }
    // One at a time and in order: who has been passed is not called for again.
    for (const auto& [person, calls] : lines) {
      std::uint64_t last = 0;
      for (const auto& [at, seq] : calls) {
        if (seq < last) {
          wrong("I4 " + person + ": send " + std::to_string(seq) + " goes out after " +
                std::to_string(last));
          break;
        }
        last = seq;
      }
    }
    if (history_.calls_before_last_start != history_.calls.size()) {
      wrong("I9 a start at rest made a call");
    }
  }

  // ---- I9

  void check_rest() {
    for (const auto& [tenant, send] : stored_.sends) wrong("I9 " + send.id.value + " still waits");
    for (const auto& [tenant, call] : stored_.bot_calls) {
      wrong("I9 " + call.id.value + " is still asked");
    }
    for (const auto& [tenant, relay] : stored_.relays) wrong("I9 " + relay.id + " is not carried");
    for (const auto& [tenant, entry] : stored_.queue) {
      if (!entry.offered_to.empty()) {
        wrong("I9 " + entry.person.value + " is offered to " + entry.offered_to.value +
              " for ever");
      }
    }
    if (history_.staffed) check_desk_is_empty();
    for (const Conversation& c : stored_.conversations) {
      if (!c.state.open_sends.empty()) wrong("I9 " + name(c) + ": open sends");
      if (!c.state.open_bot_call.empty()) wrong("I9 " + name(c) + ": a bot is awaited");
      if (c.state.control.holder.kind == HolderKind::offered) wrong("I9 " + name(c) + ": offered");
    }
  }

  // ---- I11: whoever waited was served, and whoever was served is done

  void check_desk_is_empty() {
    for (const auto& [tenant, entry] : stored_.queue) {
      wrong("I11 " + tenant.value + '/' + entry.person.value + " waits for ever in " +
            entry.queue.value);
    }
    for (const auto& [tenant, row] : stored_.assignments) {
      wrong("I11 " + tenant.value + '/' + row.person.value + " stays with " + row.agent.value);
    }
  }

  // ---- I9: rows, states and the desk tell the same

  void check_desk() {
    std::map<std::string, Holder> held;
    for (const Conversation& c : stored_.conversations) held[name(c)] = c.state.control.holder;
    std::set<std::string> waiting, assigned, shown;
    for (const auto& [tenant, entry] : stored_.queue) {
      waiting.insert(tenant.value + '/' + entry.person.value);
    }
    for (const auto& [tenant, each] : stored_.assignments) {
      const std::string who = tenant.value + '/' + each.person.value;
      assigned.insert(who);
      if (held[who] != Holder{HolderKind::agent, each.agent.value}) {
        wrong("I5 " + who + " is assigned to " + each.agent.value + " in its row only");
      }
    }
    for (const auto& [who, holder] : held) {
      const bool waits = holder.kind == HolderKind::queue || holder.kind == HolderKind::offered;
      if (waits != waiting.contains(who)) wrong("I9 " + who + ": waits, or its row does, not both");
      if ((holder.kind == HolderKind::agent) != assigned.contains(who)) {
        wrong("I9 " + who + ": is served, or its row says so, not both");
      }
    }
    std::set<std::string> served;
    for (const auto& [tenant, queues] : stored_.queues) {
      for (const auto& queue : queues) {
        for (const auto& entry : queue.waiting)
          shown.insert(tenant.value + '/' + entry.person.value);
      }
    }
    for (const auto& [tenant, agents] : stored_.agents) {
      for (const auto& agent : agents) {
        for (const auto& person : agent.assigned) served.insert(tenant.value + '/' + person.value);
        if (agent.load != agent.assigned.size()) {
          wrong("I9 agent " + agent.id.value + " has places reserved for nobody");
        }
      }
    }
    if (shown != waiting) wrong("I9 the desk shows others waiting than the rows");
    if (served != assigned) wrong("I9 the desk shows others served than the rows");
  }

  // ---- I10

  template <class T>
  void check_rows(const std::vector<std::pair<TenantId, T>>& rows) {
    for (const auto& [tenant, row] : rows) {
      if (row.tenant != tenant) {
        wrong("I10 a row of " + row.tenant.value + " under " + tenant.value);
      }
    }
  }

  void check_tenants() {
    check_rows(stored_.sends);
    check_rows(stored_.bot_calls);
    check_rows(stored_.queue);
    check_rows(stored_.assignments);
    check_rows(stored_.decisions);
    for (const auto& [tenant, letter] : stored_.dead_letters) {
      if (letter.send.tenant != tenant) wrong("I10 a dead letter under " + tenant.value);
    }
  }

  const History& history_;
  const Stored& stored_;
  const TraitsOf& traits_;
  std::vector<std::string> wrong_;
  std::map<std::string, std::vector<std::pair<const Conversation*, const Event*>>> inbound_;
  std::map<std::string, Sending> sendings_;                      // by send id
  std::map<std::string, std::vector<const Sending*>> outbound_;  // by text
};

}  // namespace

std::vector<std::string> check(const History& history, const Stored& stored,
                               const TraitsOf& traits) {
  return Check(history, stored, traits).run();
}

}  // namespace parley::simulation
