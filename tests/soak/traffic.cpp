#include "tests/soak/traffic.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>

#include "tests/integration/world.hpp"

namespace parley::test::soak {
namespace {

constexpr auto kAsTuple = net::as_tuple(net::use_awaitable);
constexpr double kThinkSeconds = 4;  // between a customer's turns
constexpr std::chrono::seconds kAnswerPatience{180};
constexpr int kTurnsOfALife = 10;  // then another customer comes
constexpr int kVisitsOfAVisitor = 3;
constexpr std::size_t kProblemsKept = 20;

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string form_value(const std::string& body, const std::string& name) {
  const auto at = body.find(name + "=");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 1;
  return body.substr(from, body.find('&', from) - from);
}

Headers api_headers(const std::string& key = {}) {
  Headers out{{"authorization", "Bearer shop-admin"}, {"content-type", "application/json"}};
  if (!key.empty()) out.emplace_back("idempotency-key", key);
  return out;
}

}  // namespace

struct Traffic::Listener {
  explicit Listener(net::io_context& io) : bell(io, SteadyClock::time_point::max()) {}
  std::vector<std::string> texts;
  net::steady_timer bell;
};

// ---- the servers

Answer Traffic::platform(const Asked& asked) {
  if (asked.target.find("sendMessage") == std::string::npos) {
    return {200, R"({"ok":true,"result":true})", {}};
  }
  net::post(io_, [this, chat = form_value(asked.body, "chat_id"),
                  text = form_value(asked.body, "text")] { heard(chat, text); });
  return {200, R"({"ok":true,"result":{"message_id":)" + std::to_string(++message_ids_) + "}}", {}};
}

// Says "re-N" to "turn-N".
Answer Traffic::bot(const Asked& asked) {
  const auto event = asked.body.find("\"event\":");
  const auto at = event == std::string::npos ? event : asked.body.find("\"turn-", event);
  if (at == std::string::npos) return {500, "", {}};
  const auto number = asked.body.substr(at + 6, asked.body.find('"', at + 6) - at - 6);
  return {200, R"({"messages":[{"text":"re-)" + number + "\"}]}", {}};
}

// ---- the checker

void Traffic::problem(std::string text) {
  const std::lock_guard lock(mutex_);
  ++problem_count_;
  if (problems_.size() < kProblemsKept) problems_.push_back(std::move(text));
}

std::vector<std::string> Traffic::problems() const {
  const std::lock_guard lock(mutex_);
  auto out = problems_;
  if (problem_count_ > out.size()) out.push_back(std::to_string(problem_count_) + " in all");
  return out;
}

void Traffic::heard(const std::string& chat, const std::string& text) {
  const auto found = listeners_.find(chat);
  if (found == listeners_.end()) {
    problem("said to " + chat + ", who had heard all: " + text);
    return;
  }
  found->second->texts.push_back(text);
  found->second->bell.cancel();
}

net::awaitable<void> Traffic::think(double seconds) {
  net::steady_timer timer(io_);
  timer.expires_after(
      std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(seconds)));
  co_await timer.async_wait(kAsTuple);
}

// A message of a customer of the messenger, repeated as the platform would until it is taken.
net::awaitable<bool> Traffic::write(std::int64_t user, const std::string& text) {
  const std::string id = std::to_string(next_update_++), who = std::to_string(user);
  const std::string body = R"({"update_id":)" + id + R"(,"message":{"message_id":)" + id +
                           R"(,"date":)" + std::to_string(unix_now()) + R"(,"from":{"id":)" + who +
                           R"(,"first_name":"N"},"chat":{"id":)" + who +
                           R"(,"type":"private"},"text":")" + text + "\"}}";
  const Headers headers{{"content-type", "application/json"},
                        {"x-telegram-bot-api-secret-token", "tg-shop-secret"}};
  const auto answer = co_await ask_async(port_, "POST", "/webhooks/shop/tg", headers, body);
  if (answer.status != 200) {
    problem("the webhook of " + who + " was answered " + std::to_string(answer.status));
    co_return false;
  }
  ++tally_.turns;
  ++users_[user];
  co_return true;
}

// False when they have not come in time.
net::awaitable<bool> Traffic::hear(std::shared_ptr<Listener> listener, std::size_t count) {
  const auto until = SteadyClock::now() + kAnswerPatience;
  while (listener->texts.size() < count && SteadyClock::now() < until) {
    listener->bell.expires_at(until);
    co_await listener->bell.async_wait(kAsTuple);
  }
  co_return listener->texts.size() >= count;
}

// ---- the people

net::awaitable<void> Traffic::customer(double offset) {
  co_await think(offset);
  while (!over()) {
    const auto user = next_user_++;
    const auto chat = std::to_string(user);
    const auto listener = std::make_shared<Listener>(io_);
    listeners_[chat] = listener;
    for (int turn = 1; turn <= kTurnsOfALife && !over(); ++turn) {
      const auto number = std::to_string(turn);
      if (!co_await write(user, "turn-" + number)) break;
      ++talking_;
      const bool heard = co_await hear(listener, static_cast<std::size_t>(turn));
      --talking_;
      if (!heard) {
        problem("turn " + number + " of " + chat + " was not answered");
        break;
      }
      if (listener->texts.back() == "re-" + number) {
        ++tally_.answers;
      } else if (listener->texts.back() ==
                 "hello-" + World::conversation_of_telegram("shop", user)) {
        ++tally_.people_served;  // the bot was too slow for them
      } else {
        problem("turn " + number + " of " + chat + " was answered " + listener->texts.back());
      }
      co_await think(kThinkSeconds);
    }
    const auto said = static_cast<std::size_t>(users_[user]);
    if (listener->texts.size() > said) problem("an answer too many to " + chat);
    listeners_.erase(chat);
  }
}

net::awaitable<void> Traffic::unhappy(double offset) {
  co_await think(offset);
  while (!over()) {
    const auto user = next_user_++;
    const auto chat = std::to_string(user);
    const auto listener = std::make_shared<Listener>(io_);
    listeners_[chat] = listener;
    ++talking_;
    if (co_await write(user, "this is terrible") && !co_await hear(listener, 1)) {
      problem("nobody served " + chat);
    }
    --talking_;
    ++tally_.people_served;
    co_await think(kThinkSeconds);
    if (listener->texts != std::vector{"hello-" + World::conversation_of_telegram("shop", user)}) {
      problem("a person said to " + chat + " something else, or more");
    }
    listeners_.erase(chat);
  }
}

// Claims, says one thing, which names the customer, and lets go.
net::awaitable<void> Traffic::agent(std::string name) {
  const std::string as = R"({"agent":")" + name + "\"";
  while (!over() || talking_ > 0) {
    auto claimed = co_await ask_async(port_, "POST", "/v1/claim", api_headers(), as + "}");
    const auto id = text_of(claimed.body, "id");
    if (id.empty()) {
      co_await think(0.25);
      continue;
    }
    const std::string path = "/v1/conversations/" + id;
    const auto said =
        co_await ask_async(port_, "POST", path + "/messages", api_headers(),
                           as + R"(,"content":[{"type":"text","text":"hello-)" + id + "\"}]}");
    if (said.status / 100 != 2) problem("an agent was told " + said.body);
    const auto freed = co_await ask_async(port_, "POST", path + "/control", api_headers(),
                                          R"({"action":"release"})");
    if (freed.status / 100 != 2) problem("an agent was told " + freed.body);
  }
}

net::awaitable<void> Traffic::visitor(double offset) {
  co_await think(offset);
  while (!over()) {
    std::string token, conversation;
    std::uint64_t last_seq = 0;
    int said = 0;
    for (int visit_number = 0; visit_number < kVisitsOfAVisitor && !over(); ++visit_number) {
      if (!co_await visit(token, conversation, last_seq, said)) {
        problem("a visitor of " + conversation + " was left alone");
        break;
      }
    }
    if (!conversation.empty()) visitors_[conversation] = said;
  }
}

net::awaitable<bool> Traffic::visit(std::string& token, std::string& conversation,
                                    std::uint64_t& last_seq, int& said) {
  TextSocket socket(io_);
  if (!co_await socket.open(port_, "/chat/shop/web", {})) co_return false;
  ++tally_.sockets_opened;
  const std::string hello = token.empty() ? std::string(R"({"type":"hello"})")
                                          : R"({"type":"hello","token":")" + token +
                                                R"(","last_seq":)" + std::to_string(last_seq) + "}";
  if (!co_await socket.send(hello)) co_return false;
  const auto welcome = co_await socket.receive(kAnswerPatience);
  if (!welcome || text_of(*welcome, "type") != "welcome") co_return false;
  token = text_of(*welcome, "token");
  conversation = text_of(*welcome, "conversation_id");
  for (int i = 0; i < kTurnsOfALife && !over(); ++i) {
    ++talking_;
    const bool answered = co_await turn(socket, conversation, last_seq, said + 1);
    --talking_;
    if (!answered) co_return false;
    ++said;
    ++tally_.turns;
    co_await think(kThinkSeconds);
  }
  co_await socket.close();
  co_return true;
}

// Says it; then frames until the answer, each number later than the one before.
net::awaitable<bool> Traffic::turn(TextSocket& socket, const std::string& conversation,
                                   std::uint64_t& last_seq, int number) {
  const auto id = std::to_string(number);
  const std::string message =
      R"({"type":"message","id":"c)" + id + R"(","text":"turn-)" + id + "\"}";
  if (!co_await socket.send(message)) co_return false;
  for (;;) {
    const auto frame = co_await socket.receive(kAnswerPatience);
    if (!frame) co_return false;
    const auto type = text_of(*frame, "type");
    if (type == "error") problem("a visitor was told " + *frame);
    const bool event = type != "ack" && type != "error" && !type.starts_with("typing");
    if (!event) continue;
    const auto seq = number_of(*frame, "seq");
    if (seq <= last_seq) problem("a socket of " + conversation + " saw " + *frame + " again");
    last_seq = seq;
    if (type != "message.created" || text_of(*frame, "direction") != "outbound") continue;
    if (frame->find("\"re-" + id + "\"") != std::string::npos) {
      ++tally_.answers;
    } else if (frame->find("\"hello-" + conversation + "\"") != std::string::npos) {
      ++tally_.people_served;
    } else {
      problem("turn " + id + " of " + conversation + " was answered " + *frame);
    }
    co_return true;
  }
}

// Each is asked for twice under its key and must be said once.
net::awaitable<void> Traffic::notifier() {
  while (!over()) {
    const auto user = next_user_++;
    const auto chat = std::to_string(user);
    const auto listener = std::make_shared<Listener>(io_);
    listeners_[chat] = listener;
    const std::string body = R"({"to":{"identity":{"channel":"tg","scheme":"telegram","value":")" +
                             chat + R"("}},"content":[{"type":"text","text":"note-)" + chat +
                             "\"}]}";
    for (int i = 0; i < 2; ++i) {
      const auto answer =
          co_await ask_async(port_, "POST", "/v1/notifications", api_headers("note-" + chat), body);
      if (answer.status != 202) problem("a notification was answered " + answer.body);
    }
    if (!co_await hear(listener, 1)) problem("note " + chat + " was not said");
    ++tally_.notifications;
    co_await think(1);
    if (listener->texts.size() > 1) problem("note " + chat + " was said again");
    listeners_.erase(chat);
  }
}

// Every event of the tenant, once, and each conversation's without a gap.
net::awaitable<void> Traffic::stream_reader() {
  constexpr std::chrono::seconds kQuiet{10};
  TextSocket socket(io_);
  if (!co_await socket.open(port_, "/v1/stream?cursor=0", api_headers())) {
    problem("no stream");
    co_return;
  }
  std::map<std::string, std::uint64_t> last;
  for (;;) {
    const auto frame = co_await socket.receive(over() ? kQuiet : kAnswerPatience);
    if (!frame) break;
    const auto event = frame->find("\"event\":");
    if (event == std::string::npos) continue;
    const auto body = std::string_view(*frame).substr(event);
    const auto conversation = text_of(body, "conversation_id");
    auto& before = last[conversation];
    const auto seq = number_of(body, "seq");
    if (seq != before + 1) {
      problem("the stream showed " + conversation + " " + std::to_string(seq) + " after " +
              std::to_string(before));
    }
    before = seq;
    ++tally_.streamed;
  }
  if (!over()) problem("the stream ended");
}

net::awaitable<void> Traffic::sampler(std::function<void()> sample) {
  const double every = std::min(10.0, load_.minutes * 60 / 30);
  while (!over()) {
    sample();
    co_await think(every);
  }
}

void Traffic::spawn(net::awaitable<void> task) {
  net::co_spawn(io_, std::move(task), [this](std::exception_ptr thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      problem(std::string("the load itself failed: ") + error.what());
    }
  });
}

void Traffic::run_blocking(std::uint16_t port, const std::function<void()>& sample) {
  port_ = port;
  end_ = SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(
                                  std::chrono::duration<double>(load_.minutes * 60));
  // Each says something every kThinkSeconds or so; half of them on a socket.
  const int each = std::max(1, static_cast<int>(load_.turns_per_s * kThinkSeconds / 2));
  for (int i = 0; i < each; ++i) {
    const double offset = kThinkSeconds * i / each;
    spawn(customer(offset));
    spawn(visitor(offset));
    if (i % 12 == 0) spawn(unhappy(offset));
  }
  for (const char* name : {"anna", "bo"}) spawn(agent(name));
  spawn(notifier());
  spawn(stream_reader());
  spawn(sampler(sample));
  io_.run();
}

}  // namespace parley::test::soak
