#include "gateway/api/idempotency.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "base/crypto.hpp"
#include "conversation/codec.hpp"
#include "gateway/api/answers.hpp"
#include "gateway/api/body.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kSavedBytesMax = 512 * 1024;
constexpr std::uint64_t kLookBackEvents = 1'000;  // for the message of a marker without an answer

struct Saved {
  std::string hash, body;
  PersonId person;
  int status = 0;  // 0: a marker, its answer was never saved
};

using Found = Result<std::optional<std::string>>;

std::string hash_of(const http::Request& request) {
  std::string all = request.method + "\n" + request.path + "\n" + request.query + "\n";
  return to_hex(sha256(all + request.body));
}

Result<Saved> read_saved(std::string_view row) {
  Body json(stored_json(row));
  Saved out{.hash = json.required_text("hash", 128),
            .body = json.text("body", kSavedBytesMax).value_or(""),
            .person = {json.text("person", 64).value_or("")},
            .status = static_cast<int>(json.whole("status", 100, 599).value_or(0))};
  if (json.wrong().empty()) return out;
  return Error{.code = Errc::unavailable, .detail = "a saved answer cannot be read"};
}

Row saved_row(const Call& call, const PersonId& person, const http::Response* answer) {
  JsonWriter out;
  out.begin_object().member("hash", call.request_hash);
  if (!person.empty()) out.member("person", person.value);
  if (answer) out.member("status", answer->status).member("body", answer->body);
  out.end_object();
  return {.kind = RowKind::idempotency,
          .id = call.marker_id,
          .body = std::string(1, kStoredVersion) + out.text()};
}

// The person whose log holds what a command to `person` did: merged ones forward.
Result<State> state_after_forwards(storage::Store& store, const TenantId& tenant, PersonId person) {
  constexpr int kForwardsMax = 16;
  for (int i = 0; i < kForwardsMax; ++i) {
    auto row = store.state_blocking(tenant, person);
    if (!row) return row.error();
    if (!*row) break;
    auto state = from_stored<State>(**row);
    if (!state || state->forward_to.empty()) return state;
    person = state->forward_to;
  }
  return Error{.code = Errc::not_found, .detail = "no such person"};
}

// The answer the client never got: the message under this correlation id, else what there is now.
Result<http::Response> answer_anew(storage::Store& store, const TenantId& tenant,
                                   const PersonId& person, const std::string& correlation_id,
                                   bool about_person) {
  const auto state = state_after_forwards(store, tenant, person);
  if (!state) return state.error();
  const auto after = state->last_seq - std::min(state->last_seq, kLookBackEvents);
  auto events = store.history_blocking(tenant, state->person, after, kLookBackEvents);
  if (!events) return events.error();
  for (auto at = events->rbegin(); at != events->rend(); ++at) {
    const auto event = from_stored<Event>(at->body);
    if (!event || !event->message || event->type != EventType::message_created) continue;
    if (event->message->correlation_id == correlation_id) return message_answer(*event, {});
  }
  JsonWriter out;
  if (about_person) {
    write_person(out, *state);
  } else {
    write_conversation(out, *state);
  }
  return json(out.take());
}

net::awaitable<http::Response> replay(Call& call, const std::string& row) {
  const auto saved = read_saved(row);
  if (!saved) co_return problem_of(saved.error());
  if (!equal_constant_time(saved->hash, call.request_hash)) {
    co_return http::problem(422, "idempotency-key-reused", "Idempotency-Key was used already",
                            "the first request under this key was another one");
  }
  http::Response answer = json(saved->body, saved->status);
  if (saved->status == 0) {
    const bool about_person = call.route->pattern.starts_with("/v1/persons/");
    auto anew = co_await call.service.read<Result<http::Response>>(
        [tenant = call.tenant_id(), person = saved->person, correlation_id = call.correlation_id,
         about_person](storage::Store& store) {
          return answer_anew(store, tenant, person, correlation_id, about_person);
        });
    if (!anew) co_return problem_of(anew.error());
    answer = std::move(*anew);
  }
  answer.headers.emplace_back("Idempotent-Replayed", "true");
  co_return answer;
}

}  // namespace

Row marker_row(const Call& call, const PersonId& person) {
  return saved_row(call, person, nullptr);
}

class Idempotency::Flight {
 public:
  Flight(Idempotency& owner, std::string id) : owner_(owner), id_(std::move(id)) {}
  ~Flight() {
    const std::lock_guard lock(owner_.mutex_);
    owner_.in_flight_.erase(id_);
  }
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

 private:
  Idempotency& owner_;
  const std::string id_;
};

Idempotency::Start Idempotency::start(const std::string& id) {
  const std::lock_guard lock(mutex_);
  if (in_flight_.contains(id)) return Start::under_way;
  if (in_flight_.size() >= in_flight_max_) return Start::full;
  in_flight_.insert(id);
  return Start::started;
}

net::awaitable<http::Response> Idempotency::run(Call& call) {
  const auto key = call.request.header("idempotency-key");
  if (call.request.method != "POST" || key.empty()) co_return co_await call.route->action(call);
  const bool printable = std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
  if (key.size() > kIdempotencyKeyCharsMax || !printable) {
    co_return bad_request("Idempotency-Key: expected 1 to " +
                          std::to_string(kIdempotencyKeyCharsMax) + " visible ASCII characters");
  }
  const auto digest = to_hex(sha256(key));
  call.marker_id = call.key->id + ":" + digest;
  call.correlation_id = "idem_" + to_hex(sha256(call.marker_id)).substr(0, 32);
  call.request_hash = hash_of(call.request);

  const auto scope = call.tenant_id().value + "\n" + call.marker_id;
  const auto started = start(scope);
  if (started == Start::under_way) {
    co_return http::problem(409, "idempotency-key-in-use", "The first request is still under way",
                            "ask again in a moment");
  }
  if (started == Start::full) {
    co_return problem_of({.code = Errc::overloaded, .detail = "too many requests with keys"});
  }
  const Flight flight(*this, scope);
  auto found = co_await call.service.read<Found>(
      [tenant = call.tenant_id(), id = call.marker_id](storage::Store& store) {
        return store.row_blocking(tenant, RowKind::idempotency, id);
      });
  if (!found) co_return problem_of(found.error());
  if (*found) co_return co_await replay(call, **found);
  auto answer = co_await call.route->action(call);
  if (answer.status < 200 || answer.status > 299) co_return answer;
  std::vector<Row> rows;
  rows.push_back(saved_row(call, {}, &answer));
  ignore_error(co_await call.service.put_rows(call.tenant_id(), std::move(rows)),
               "it took effect, and the marker committed with it forbids a second time");
  co_return answer;
}

}  // namespace parley::gateway::api
