#include "connectors/freshchat/stand_in.hpp"

#include "base/crypto.hpp"
#include "base/json_writer.hpp"

namespace parley::connectors::freshchat {
namespace {

// A pair made for this purpose; it opens nothing.
constexpr std::string_view kPublicKey = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAmwalHzerR1pLmC67m0Ww
pt2Xae5cYe2495IRPQgOwB4bCmAd2r3D73fjfM5CXwa96o+LofWPGRkzV6fnF1Je
l3iA0LIzvSJ3KCixR+A0OFvXzig8LRESbeTUZV6B1XPGE16NnXroJ0WI29KAKSu/
GTn4Gbue9iV+//gAFs5JroWnXb5KiIFa/n9yt99T7USCSt3zn75/bavD5oVmO2Xu
OhdVTjCUu5pL9uhhUgV4fR9iSFgTP3itSxqYcSs4Ekan4ohsiInXwwVZ2WPpzm80
1QiT02ABJflbPODL+WuoOLTeLq64I1zOQSU/c0QHGI48W5m9vtI8L3K4ZiyI2HSq
FwIDAQAB
-----END PUBLIC KEY-----
)";
constexpr std::string_view kPrivateKey = R"(-----BEGIN PRIVATE KEY-----
MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCbBqUfN6tHWkuY
LrubRbCm3Zdp7lxh7bj3khE9CA7AHhsKYB3avcPvd+N8zkJfBr3qj4uh9Y8ZGTNX
p+cXUl6XeIDQsjO9IncoKLFH4DQ4W9fOKDwtERJt5NRlXoHVc8YTXo2deugnRYjb
0oApK78ZOfgZu572JX7/+AAWzkmuhaddvkqIgVr+f3K331PtRIJK3fOfvn9tq8Pm
hWY7Ze46F1VOMJS7mkv26GFSBXh9H2JIWBM/eK1LGphxKzgSRqfiiGyIidfDBVnZ
Y+nObzTVCJPTYAEl+Vs84Mv5a6g4tN4urrgjXM5BJT9zRAcYjjxbmb2+0jwvcrhm
LIjYdKoXAgMBAAECggEAAcsO9J4hBCLGUcqKTyVqAcL5tFJ7BBWLE/hRWkzf6s38
DxaX9mIijZJ+Osoh/R756h8HFz2Tss9oviB32un9yR13XSBYSG+21mu5gdBC44RJ
l9SGmasjPhQIwA8j3lNsk57sTNvRc8f7e6SZ6MST/TwRo4n9jBYPYF8H8KlOoU8T
/7A/+VARODzNE4k6X+tHzCj2NLnTC576bE28MqimB/erTq28OY9dCMzCtYPLnSVM
ygQcq97xLH/CwkDv3K29amw9wSkbLwB1lcUrzMo5Io//Z9QKwess7IL6ZsmylLPy
+h/AuAjQSrUdTEWfIY7qFdJ58MEGVJk0iFmgb2ewLQKBgQDP5ndSw/i2HzMuQ8L/
9Q4bgdG23URjgrmTCAFkPdU/c6R2TmHXzPQJS4f3rUkG06sTsxYUr9JB+GMrSTsv
OGQjinF4MleBwAEwcjErySmbcAN8yyFvQ4mAO8u8HEM1ixRANkrIaqRpfyVSVHlI
adnr7QXiEVnfQwjDSkRCH27+WwKBgQC+5IkNxPQ9DCgZmL6li+11LokJzNzwa9e3
Amcuppx8fcBsyaoz3xXi5pdoB+XEx6jE0NKcasdIE9qtVoveJDFD9R1ucrT1IMgw
2fpGS5oY+PWpv7R+jW6Io5KebYPXAimjUxsFuEBBabLt1YOq9nliry2LCNRbgckS
bAJBTxBH9QKBgC9EQpS6oW0mosg997Ohz1dJqJherhHBwtc+1rInrLgEXrvXDj+2
BTWnyn3xE81NinOsH7UMVE1TX5iTybTuqTW7YBjnuSVytdKB49QEpEUGroRM2okl
Xbmd3rAh7NXbjPscXNw8Aq1Jjv6s3fYsurL87H19XGV6JB/iXqp54w5JAoGAB6Pf
9GQgnlzhMf0SDFAoZdtB8tl3Mkwuqw12kcBrXPQvgmsj28We+6DdCHXgdVrEX3Q4
KbiAV1ssEmn3WSG7swuZbPU8Vt9EA+iFgtC9zygPtQaOM853URKy6JJbh3x3rCjE
WRtBvxx649f62BnbS97VBM6KqUrtgEZAZNrEPQ0CgYBptvutXyJUY03jne+/5e3c
RRwnc2huhhfMLm3Qmwxt0hhOwv3w6h0D0zhVlnjY581Je79m1OKIfaYrvzAbVrIE
2pTKXUxIBZdbyeDcoFXljg0KyDZBF2o7eN2EfZ5ZxE3U2vcOuEQ3fmTU6L7VZ09f
8lGLmDoPFGz/PG+mQtZGog==
-----END PRIVATE KEY-----
)";

constexpr std::string_view kTopic = "topic-1";

class FreshchatStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("freshchat", "", api_base);
    channel.settings["agent_id"] = "agent-1";
    channel.secrets.emplace("auth_token", Secret("sample-token-of-freshchat"));
    channel.secrets.emplace("public_key", Secret(std::string(kPublicKey)));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return "user-" + std::to_string(1000 + number);
  }

  Redelivery redelivery() const override { return {3, Milliseconds(10'000), Milliseconds(1'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (said.user.empty() || said.user.find('/') != std::string::npos) {
      return Error{.code = Errc::misconfigured, .detail = "a user id has no '/'"};
    }
    JsonWriter json;
    json.begin_object().key("actor").begin_object().member("actor_type", "user");
    json.member("actor_id", said.user).end_object();
    json.member("action", "message_create").member("action_time", format_time(said.sent_at));
    json.key("data").begin_object().key("message").begin_object();
    json.key("message_parts").begin_array().begin_object().key("text").begin_object();
    json.member("content", said.text).end_object().end_object().end_array();
    json.member("app_id", "app-1").member("actor_id", said.user);
    json.member("id", "msg-" + std::to_string(said.number)).member("channel_id", kTopic);
    json.member("conversation_id", "conv-of-" + said.user).member("message_type", "normal");
    json.member("actor_type", "user").member("created_time", format_time(said.said_at));
    json.end_object().end_object().end_object();
    Webhook hook;
    hook.target = webhook_path(channel);
    hook.body = json.take();
    hook.headers = {{"Content-Type", "application/json"},
                    {"X-Freshchat-Signature", to_base64(sign_rsa_sha256(kPrivateKey, hook.body))}};
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  bool is_send(const ApiRequest& request) const override {
    return request.method == "POST" && request.path.starts_with("/v2/conversations");
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (!is_send(request)) return std::nullopt;
    if (!request.header("authorization").starts_with("Bearer ")) {
      return ApiOutcome{json_answer(R"({"message":"unauthorized"})", 401)};
    }
    constexpr std::string_view kInto = "/v2/conversations/conv-of-";
    const bool into = request.path.starts_with(kInto);
    AcceptedSend send;
    send.method = into ? "messages" : "conversations";
    send.to = into ? request.path.substr(kInto.size(), request.path.rfind('/') - kInto.size())
                   : json_at(request.body, "/users/0/id");
    const std::string message = into ? "" : "/messages/0";
    send.text = json_at(request.body, message + "/message_parts/0/text/content");
    if (send.to.empty()) return ApiOutcome{json_answer(R"({"message":"no user"})", 400)};
    send.external_id = "sent-" + std::to_string(++sent_);
    JsonWriter json;
    json.begin_object();
    if (into) {
      json.member("id", send.external_id);
    } else {
      json.member("conversation_id", "conv-of-" + send.to);
      json.key("messages").begin_array().begin_object().member("id", send.external_id);
      json.end_object().end_array();
    }
    json.end_object();
    return ApiOutcome{json_answer(json.take(), into ? 201 : 200), {std::move(send)}};
  }

 private:
  std::uint64_t sent_ = 0;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<FreshchatStandIn>(); }

}  // namespace parley::connectors::freshchat
