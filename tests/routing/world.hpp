// tests/routing/world.hpp
// A small brand: two channels with reply windows and one without, three queues, two agents, one
// bot; an analyzer that knows four words; and a conversation that commands are put to.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "routing/decide.hpp"

namespace parley::routing {

// "bad" is negative, "furious" angry too, "good" positive, "human" and "人工" ask for a person.
class WordAnalyzer final : public Analyzer {
 public:
  TextAnalysis analyze(std::string_view text, std::string_view kind) const override;
  std::string_view version() const noexcept override { return "words-1"; }
};

using When = Test;  // inside a TEST() the name Test is gtest's

inline constexpr TimePoint kStart{Milliseconds{1'760'000'000'000}};
inline constexpr Milliseconds kMinute{60'000}, kHour{3'600'000}, kDay{86'400'000};

Policy small_policy();  // not compiled yet
std::shared_ptr<const Policy> compiled(Policy policy);

Condition test_of(Test test, std::vector<std::string> values = {}, double number = 0);
Condition all_of(std::vector<Condition> parts);
Condition any_of(std::vector<Condition> parts);
Condition none_of(std::vector<Condition> parts);
Rule rule_of(std::string name, Condition when, Holder then, int priority = 50);

inline Holder bot() { return {HolderKind::bot, "faq"}; }
inline Holder queue(std::string id) { return {HolderKind::queue, std::move(id)}; }
inline Holder agent(std::string id) { return {HolderKind::agent, std::move(id)}; }

Message text(std::string words);
ChannelRef channel(std::string id);

struct World {
  explicit World(Policy policy = small_policy()) : policy(compiled(std::move(policy))) {}

  Result<Transition> ask(const Command& command) const;
  // Decides and takes the new state; the command must succeed.
  Transition must(const Command& command);
  Errc refusal(const Command& command) const;  // the command must fail

  CustomerSays says(std::string words, std::string channel_id = "chat") const;
  // The customer says something and an agent has it in the end.
  void give_to(std::string agent_id);
  // Open rows of sends, as the outbound side would hold them.
  const Send& open_send(std::size_t index = 0) const;
  Transition progress(const Send& row, DeliveryState state);

  std::shared_ptr<const Policy> policy;
  WordAnalyzer analyzer;
  TimePoint now = kStart;
  State state = first_state({"demo"}, {"per_00112233445566778899aabbccddeeff"});
  std::vector<Send> rows;
};

std::vector<EventType> types(const Transition& transition);
const Event* find(const Transition& transition, EventType type);

}  // namespace parley::routing
