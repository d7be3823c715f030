// Any bytes as what a client of the API or of the chat sends, and as what a tenant's own systems
// answer us: bodies, queries, cursors, first frames, readings, profiles, files.
#include <array>

#include "base/crypto.hpp"
#include "conversation/profile.hpp"
#include "gateway/api/body.hpp"
#include "gateway/api/call.hpp"
#include "gateway/api/paging.hpp"
#include "gateway/api/stream_cursor.hpp"
#include "gateway/chat/chat.hpp"
#include "gateway/pipeline/classifier.hpp"
#include "gateway/pipeline/media_type.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::gateway {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"id", "text", "message", "type"};

// Asked for in each way there is, each member in another.
void ask(Body& body, std::size_t depth) {
  std::vector<std::string> erased;
  for (const auto name : kNames) body.has(name);
  if (const auto text = body.text("text", 100)) fuzz::expect(text->size() <= 100, "long", *text);
  body.required_text("id", 100);
  body.flag("true");
  if (const auto number = body.whole("count", -5, 5)) {
    fuzz::expect(*number >= -5 && *number <= 5, "a number past its range", "");
  }
  fuzz::expect(body.texts("type", 3).size() <= 3, "more texts than allowed", "");
  body.raw_array("entry");
  fuzz::expect(body.attributes("attributes", erased).size() <= 10'000, "attributes", "");
  for (const auto& element : body.raw_elements("messages", 3)) {
    Body inner(element);
    if (depth < 2) ask(inner, depth + 1);
  }
  if (auto inner = body.object("message"); inner && depth < 2) ask(*inner, depth + 1);
  fuzz::expect_utf8(body.wrong(), "a mistake that is no UTF-8");
}

void read_query(std::string_view query) {
  const api::Route route{
      .method = "GET", .pattern = "/v1/x", .scopes = {}, .query = {"limit", "cursor", "id"}};
  if (const auto fields = api::read_query(query, route)) {
    fuzz::expect(fields->size() <= route.query.size(), "a parameter twice", query);
  }
  if (const auto at = api::parse_stream_cursor(query)) {
    const auto again = api::parse_stream_cursor(api::to_text(*at));
    fuzz::expect(again && again->position == at->position && again->count == at->count,
                 "a cursor that does not come back", query);
  }
  if (const auto plain = from_base64(query)) {
    fuzz::expect(from_base64(to_base64url(*plain)) == plain, "base64 does not come back", query);
  }
}

void read_hello(std::string_view frame) {
  if (const auto hello = parse_hello(frame)) {
    fuzz::expect_utf8(hello->hello.user, "a user that is no UTF-8");
    fuzz::expect_utf8(hello->hello.token, "a token that is no UTF-8");
  }
  fuzz::expect_utf8(frame_id(frame), "an id that is no UTF-8");
}

void read_answers(std::string_view answer) {
  for (const std::size_t count : {1U, 2U}) {
    const auto readings = parse_readings(answer, count);
    fuzz::expect(!readings || readings->size() == count, "readings of other texts", answer);
  }
  if (const auto profile = parse_profile(answer)) {
    fuzz::expect(profile->attributes.size() <= kProfileAttributesMax, "too many", answer);
    const auto again = parse_profile(profile_json(*profile));
    fuzz::expect(again && *again == *profile, "a profile does not come back", answer);
  }
}

void look_at_file(fuzz::Choices& choices) {
  const auto name = safe_file_name(choices.line());
  fuzz::expect_utf8(name, "a name that is no UTF-8");
  fuzz::expect(!name.empty() && name.size() <= 120, "a name too long", name);
  fuzz::expect(name.find_first_of("/\\\r\n") == name.npos, "a name that leads elsewhere", name);
  const auto declared = choices.line();
  const auto type = media_type(choices.rest(), declared);
  fuzz::expect(!type.empty() && type.find_first_of("\r\n") == type.npos, "a type that splits",
               type);
  for (const std::string_view run : {"html", "svg", "script", "xml"}) {
    fuzz::expect(type.find(run) == type.npos, "a type that browsers run", type);
  }
}

}  // namespace

PARLEY_FUZZ_TARGET(api) {
  fuzz::Choices choices(bytes);
  switch (choices.below(5)) {
    case 0: {
      Body body(choices.rest());
      return ask(body, 0);
    }
    case 1:
      return read_query(choices.rest());
    case 2:
      return read_hello(choices.rest());
    case 3:
      return read_answers(choices.rest());
    default:
      look_at_file(choices);
  }
}

}  // namespace parley::gateway
