#include <chrono>
#include <iostream>

#include "gateway/cli/simulate/chat_visitor.hpp"
#include "gateway/cli/simulate/commands.hpp"

namespace parley::gateway::simulate {
namespace {

// After the first answer, how long another may take to belong to the same turn.
constexpr Milliseconds kMoreWithin{400};
constexpr Milliseconds kWebhookTimeout{30'000};

int fail(const Error& error) {
  std::cerr << "parley simulate: " << error.detail << "\n";
  return error.code == Errc::misconfigured ? 2 : 1;
}

int no_answer(int timeout_s) {
  std::cerr << "parley simulate: the gateway took the message, but sent no answer within "
            << timeout_s << " s; a person may have to answer it (see the console)\n";
  return 1;
}

TimePoint now() { return SystemClock().now(); }

// Prints what `next` gives until nothing comes any more; the number of answers.
template <class Next>
Result<std::size_t> print_answers(Milliseconds first_within, Next next) {
  std::size_t printed = 0;
  for (;;) {
    auto texts = next(printed == 0 ? first_within : kMoreWithin);
    if (!texts) return std::move(texts.error());
    if (texts->empty()) return printed;
    for (const auto& text : *texts) std::cout << text << "\n";
    std::cout.flush();
    printed += texts->size();
  }
}

std::vector<std::string> texts_of(const std::vector<connectors::AcceptedSend>& sends) {
  std::vector<std::string> texts;
  for (const auto& send : sends) texts.push_back(send.text);
  return texts;
}

std::uint64_t number_of(TimePoint time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

int say_in_chat(const Scene& scene, const SayOptions& options, const std::string& user) {
  ChatVisitor visitor(scene.channel, *scene.stand_in, scene.gateway, user);
  if (auto opened = visitor.open_blocking(); !opened) return fail(opened.error());
  auto taken = visitor.say_blocking(number_of(now()), options.text);
  if (!taken) return fail(taken.error());
  auto printed = print_answers(std::chrono::seconds(options.timeout_s),
                               [&](Milliseconds wait) -> Result<std::vector<std::string>> {
                                 auto sends = visitor.next_blocking(wait);
                                 if (!sends) return std::move(sends.error());
                                 return texts_of(*sends);
                               });
  if (!printed) return fail(printed.error());
  return *printed > 0 ? 0 : no_answer(options.timeout_s);
}

// What the platform would send us, one request after the other; the acknowledgement of the last.
Result<Answer> deliver_blocking(const Scene& scene, Platform& platform,
                                const connectors::Utterance& said) {
  const auto dispatch = scene.stand_in->deliver(scene.channel, said);
  if (!dispatch) return dispatch.error();
  auto stocked = platform.stock_blocking(scene.channel.platform, dispatch->records);
  if (!stocked) return std::move(stocked.error());
  HttpLine line(scene.gateway.host, scene.gateway.port);
  Answer last;
  for (const auto& webhook : dispatch->webhooks) {
    auto answer = line.ask_blocking(ask_of(webhook), kWebhookTimeout);
    if (!answer) return std::move(answer.error());
    if (answer->status / 100 != 2) {
      return Error{.code = Errc::rejected,
                   .detail = "the gateway refused the webhook: HTTP " +
                             std::to_string(answer->status) + " " + answer->body.substr(0, 300)};
    }
    last = *std::move(answer);
  }
  return last;
}

int say_as_platform(const Scene& scene, const SayOptions& options, const std::string& user) {
  auto platform = Platform::open(scene.platform);
  if (!platform) return fail(platform.error());
  const auto time = now();
  const auto answer = deliver_blocking(scene, *platform,
                                       {.user = user,
                                        .text = options.text,
                                        .number = number_of(time),
                                        .said_at = time,
                                        .sent_at = time});
  if (!answer) return fail(answer.error());
  bool printed_passive = false;
  if (const auto text = scene.stand_in->passive_text(scene.channel, answer->body); !text.empty()) {
    std::cout << text << std::endl;
    printed_passive = true;
  }
  const Milliseconds first =
      printed_passive ? kMoreWithin : Milliseconds(std::chrono::seconds(options.timeout_s));
  auto printed = print_answers(first, [&](Milliseconds wait) -> Result<std::vector<std::string>> {
    auto sends = platform->next_blocking(wait);
    if (!sends) return std::move(sends.error());
    std::erase_if(*sends, [&](const AcceptedSend& send) {
      return send.to != user || send.platform != scene.channel.platform;
    });
    return texts_of(*sends);
  });
  if (!printed) return fail(printed.error());
  return *printed > 0 || printed_passive ? 0 : no_answer(options.timeout_s);
}

}  // namespace

int say(const SayOptions& options) {
  const auto scene = read_scene(options.scene);
  if (!scene) return fail(scene.error());
  const std::string user = options.user.empty() ? scene->stand_in->user(0) : options.user;
  if (scene->entry->chat_sessions) return say_in_chat(*scene, options, user);
  return say_as_platform(*scene, options, user);
}

}  // namespace parley::gateway::simulate
