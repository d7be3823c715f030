// gateway/api/answers.hpp
// What the API answers with: problems for errors, and the JSON views of the model's values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.hpp"
#include "conversation/state.hpp"
#include "gateway/api/call.hpp"

namespace parley::gateway::api {

http::Response json(std::string body, int status = 200);
http::Response problem_of(const Error& error);
http::Response bad_request(std::string_view detail);
// One answer for what does not exist, is another tenant's, or is no id at all.
http::Response no_such(std::string_view what);

std::string holder_text(const Holder& holder);  // "queue:vip", "none"
// "bot:ID", "queue:ID", "agent:ID"; nullopt for anything else.
std::optional<Holder> holder_from(std::string_view text);

// {"id":"cnv_...", "state":"queued", ...}; with `channels`, whether we may write on each now.
void write_conversation(JsonWriter& out, const State& state, const Tenant* channels = nullptr,
                        TimePoint now = {});
void write_person(JsonWriter& out, const State& state);
void begin_agent(JsonWriter& out, const AgentView& agent);  // the object stays open

// The conversation after a command; the person after one about them.
http::Response conversation_answer(const Result<Outcome>& outcome);
http::Response person_answer(const Result<Outcome>& outcome);
// 202 for a message that was accepted; `event` made it.
http::Response message_answer(const Event& event, const std::vector<SendId>& sends);

}  // namespace parley::gateway::api
