// Messages and notifications of the tenant's systems.
#include <boost/asio/use_awaitable.hpp>

#include "conversation/codec.hpp"
#include "gateway/api/answers.hpp"
#include "gateway/api/content.hpp"
#include "gateway/api/reads.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kIdentityBytesMax = 256;

struct Recipient {
  PersonId person;
  std::optional<Identity> identity;  // perhaps nobody we ever heard of
  std::optional<ChannelRef> channel = {};
};

// Fills `external_user` when that is how the customer is named; it needs a read.
std::optional<Recipient> read_recipient(Body& body, const Call& call, std::string& external_user) {
  auto to = body.object("to");
  if (!to) {
    body.mistake("to", "is missing; expected person, conversation, external_user or identity");
    return std::nullopt;
  }
  const auto person = to->text("person", 64), conversation = to->text("conversation", 64);
  const auto user = to->text("external_user", kIdentityBytesMax);
  auto identity = to->object("identity");
  if (person.has_value() + conversation.has_value() + user.has_value() + identity.has_value() !=
      1) {
    body.mistake("to", "expected one of person, conversation, external_user, identity");
    return std::nullopt;
  }
  if (user) external_user = *user;
  Recipient out;
  if (person) out.person = person_in_path(*person).value_or(PersonId{});
  if (conversation) out.person = conversation_person(*conversation).value_or(PersonId{});
  if (identity) {
    const ChannelId channel{identity->required_text("channel", 64)};
    const auto scheme = identity->required_text("scheme", 64);
    const auto value = identity->required_text("value", kIdentityBytesMax);
    const auto known = call.tenant->policy->channels.find(channel);
    if (known == call.tenant->policy->channels.end()) {
      body.mistake("to.identity.channel", "there is no channel of that name");
      return std::nullopt;
    }
    out.identity = Identity{.key = {.scope = channel.value, .scheme = scheme, .value = value},
                            .union_id = {},
                            .verification = Verification::asserted,
                            .display_name = {},
                            .username = {},
                            .language = {},
                            .avatar_url = {}};
    out.channel = ChannelRef{
        .id = channel, .platform = known->second.platform, .account = known->second.account};
    out.person = call.service.resolve(call.tenant_id(), out.identity->key);
  }
  return out;
}

// A customer the tenant's systems know before we do becomes a person at the first message.
net::awaitable<Result<void>> make_known(Call& call, const Recipient& to) {
  if (!to.identity) co_return Result<void>();
  auto state = co_await read_state(call, to.person);
  if (!state) co_return state.error();
  if (*state) co_return Result<void>();
  routing::Command link = routing::LinkIdentity{.identity = *to.identity,
                                                .channel = *to.channel,
                                                .recipient = to.identity->key.value,
                                                .actor = call.actor(),
                                                .reason = "named by the tenant's system"};
  auto made = co_await call.service.execute(call.tenant_id(), to.person, std::move(link), {}, true);
  if (!made) co_return made.error();
  co_return Result<void>();
}

net::awaitable<http::Response> post(Call& call, bool notification) {
  Body body(call.request.body);
  std::string external_user;
  auto to = read_recipient(body, call, external_user);
  routing::SystemSays says{.actor = call.actor(),
                           .message = read_message(body, call),
                           .channel = read_channel(body, call),
                           .bulk = body.flag("bulk").value_or(false),
                           .notification = notification};
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  if (!external_user.empty()) {
    auto person = co_await read_external_user(call, external_user);
    if (!person) co_return problem_of(person.error());
    to->person = person->value_or(PersonId{});
  }
  if (to->person.empty()) co_return no_such("person");
  if (const auto known = co_await make_known(call, *to); !known) {
    co_return problem_of(known.error());
  }
  if (to->identity && !says.channel) says.channel = to->channel->id;
  routing::Command command = std::move(says);
  const auto outcome = co_await call.service.execute(call.tenant_id(), to->person,
                                                     std::move(command), call.rows(to->person));
  co_return said_answer(outcome);
}

net::awaitable<http::Response> post_message(Call& call) { return post(call, false); }
net::awaitable<http::Response> post_notification(Call& call) { return post(call, true); }

}  // namespace

std::vector<Route> message_routes() {
  return {
      {.method = "POST", .pattern = "/v1/messages", .scopes = {"messages"}, .action = post_message},
      {.method = "POST",
       .pattern = "/v1/notifications",
       .scopes = {"messages"},
       .action = post_notification},
  };
}

}  // namespace parley::gateway::api
