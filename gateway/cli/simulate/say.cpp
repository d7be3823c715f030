#include <chrono>
#include <iostream>

#include "gateway/cli/simulate/chat_visitor.hpp"
#include "gateway/cli/simulate/commands.hpp"
#include "gateway/cli/simulate/voice.hpp"

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

int say_in_chat(const Scene& scene, const SayOptions& options, const std::string& user) {
  ChatVisitor visitor(scene.channel, scene.gateway, user);
  if (auto opened = visitor.open_blocking(); !opened) return fail(opened.error());
  const std::string id = "sim" + std::to_string(now().time_since_epoch().count());
  if (auto taken = visitor.say_blocking(id, options.text); !taken) return fail(taken.error());
  auto printed = print_answers(std::chrono::seconds(options.timeout_s),
                               [&](Milliseconds wait) { return visitor.next_blocking(wait); });
  if (!printed) return fail(printed.error());
  return *printed > 0 ? 0 : no_answer(options.timeout_s);
}

int say_as_platform(const Scene& scene, const SayOptions& options, const std::string& user) {
  auto platform = Platform::open(scene.platform);
  if (!platform) return fail(platform.error());
  const auto time = now();
  const auto ask =
      deliver(scene.channel, {.user = user,
                              .text = options.text,
                              .number = static_cast<std::uint64_t>(time.time_since_epoch().count()),
                              .said_at = time,
                              .sent_at = time});
  if (!ask) return fail(ask.error());
  HttpLine line(scene.gateway.host, scene.gateway.port);
  const auto answer = line.ask_blocking(*ask, kWebhookTimeout);
  if (!answer) return fail(answer.error());
  if (answer->status / 100 != 2) {
    return fail({.code = Errc::rejected,
                 .detail = "the gateway refused the webhook: HTTP " +
                           std::to_string(answer->status) + " " + answer->body.substr(0, 300)});
  }
  bool printed_passive = false;
  if (const auto text = passive_text(scene.channel, answer->body); !text.empty()) {
    std::cout << text << std::endl;
    printed_passive = true;
  }
  const Milliseconds first =
      printed_passive ? kMoreWithin : Milliseconds(std::chrono::seconds(options.timeout_s));
  auto printed = print_answers(first, [&](Milliseconds wait) -> Result<std::vector<std::string>> {
    auto sends = platform->next_blocking(wait);
    if (!sends) return std::move(sends.error());
    std::vector<std::string> texts;
    for (const auto& send : *sends) {
      if (send.to == user && send.platform == scene.channel.platform) {
        texts.push_back(send.text);
      }
    }
    return texts;
  });
  if (!printed) return fail(printed.error());
  return *printed > 0 || printed_passive ? 0 : no_answer(options.timeout_s);
}

}  // namespace

int say(const SayOptions& options) {
  const auto scene = read_scene(options.scene);
  if (!scene) return fail(scene.error());
  const std::string user =
      options.user.empty() ? default_user(scene->channel.platform) : options.user;
  if (scene->channel.platform == "webchat") return say_in_chat(*scene, options, user);
  return say_as_platform(*scene, options, user);
}

}  // namespace parley::gateway::simulate
