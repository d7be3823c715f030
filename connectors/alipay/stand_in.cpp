#include "connectors/alipay/stand_in.hpp"

#include <algorithm>
#include <map>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/url.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::alipay {
namespace {

// Pairs made for this purpose; they open nothing. The platform's:
constexpr std::string_view kPrivateKey = R"(-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCU0If66o9NBkIZ
JAewBKOQRoeMlOsS/79s+LyX0VDRXiFsisUL1sx1MjIFd7/ijELQyGNKHASb9I4H
V0Fevt0td1a4t008xmZfJzHm3nfAF2GXAF/6XRHczF0PlSBV1iSldqiAod7Ed3dg
mIak+70m25+i32tHNGmFberE885pPwVKy2HMSI5OKW1OikGR/pGGodmlojze0Oh4
9HzA4QMZqOs66ypdH4W8ZFuheNIcEweExzQVeCVktR1bxcl8t74uelTk1rL0g+GN
ZtL2azv02O4dwXoSzGk0DqZelVIdD0KppWpHit39lcCbbzuKsahqZ8dB9MX2VZ9V
Q+Y6RQKpAgMBAAECggEAIODnwjSzn3lr/iD7P9TujFBA33sBauutT/auuD4rRG6v
JMuOGH0HJDeIXLPl5bhGhNlZMoT5Mbm47X9GNpglxsdQljQNcQmGkaxXtqHdREgG
LDYNfoO0kBtozioNAFn1M8eBGBZrYO3iJqncSbRCyMSKQxJooc0/KRctYQFaz96h
3QUnY8EwwS8dnzozuH9zHer2KRlT4lTRlmUSvmRYJO8viB4gKBU+l1awTtvd/9uN
rhCUFihygQWEFzcVTfpGhc90XeZ+xFn5kEefBPK+TMrnoqE9yD0foUkqvAxcZ+Ex
8voX5o9GZjjxOkbLI/1rvqI4FZ5+dNNalA9YH0T8uQKBgQDE4Hi1olLnDk2PhxxU
CGadC0EJnqK2vplcMR34y90fOkQk7irryDb2pZxP/00ZOmLMXErSOYDwTeCIxsJP
HPJbkNmtqR3tyXo0ZdDcxb5FhlOoQIxTtT614KftEDq6ktk7Hnmu7RadpkVdbOEc
3xyxN5c+H8sSOLkU/E28/l9ETQKBgQDBgR8HxDe3EQtHdMcZRlFJDGzFmE/IieEB
Rn3NgdhTV1bDgEAhDVaxyOv+104xMzOutrEVjCXfDts1XstVlKIhhlEQFo04kbzU
vq+jB73McNC98nqibXMcoWailU/BO/u9sMaae7LUvVcZElHOLR+Xd9+8nLPoGoqz
7IfMWWUVzQKBgQDBO6C+hafg6ITvzqjbQbOViCo5it4hh0l21y6Xt2A8+i9QIAM4
kLaBt2KIkgfWLxwxgJRfadlIAufS12J3y+2EOdOtQ0QA07OCIjyxs9Rg4MrTZSdW
MZpvYSTw5PD/lopoIC1Gp6V+7mc+n1MDx2id9/YWH5ZtOAdQtaKHUROoMQKBgAtw
+ge4h17QqC0Sb49EBBxgmrHYPqdp157+rwOOsN7EpEGs/J23ry+V5LZNvrbUAzNK
ZBAVGEwnEbkHINivkCKRUYu0+aaln1eo6rOmCofjB8SjaLLf69V+iZYFZBDV3h2q
LSQHOlyv0U2PMr0RF/QZx2XckhqgLyFSU/k2M+7lAoGAa2tdxN9EY/brL5BaI7e1
tbwG7BH6ofmChrv2QhFYH6+84O4FcjMK65AcJpe5B7OO+fFmxYrXtMSMT1Dbz8Io
kTwpJt2kDRNBdk2Oh6hQXMmpOau8m/X88oEak5Bo8Bseb46PJ98UUzOnLw16h/Kk
NVrOyegPOB/ROUTjzLX88Qw=
-----END PRIVATE KEY-----
)";
constexpr std::string_view kPublicKey = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAlNCH+uqPTQZCGSQHsASj
kEaHjJTrEv+/bPi8l9FQ0V4hbIrFC9bMdTIyBXe/4oxC0MhjShwEm/SOB1dBXr7d
LXdWuLdNPMZmXycx5t53wBdhlwBf+l0R3MxdD5UgVdYkpXaogKHexHd3YJiGpPu9
Jtufot9rRzRphW3qxPPOaT8FSsthzEiOTiltTopBkf6RhqHZpaI83tDoePR8wOED
GajrOusqXR+FvGRboXjSHBMHhMc0FXglZLUdW8XJfLe+LnpU5Nay9IPhjWbS9ms7
9NjuHcF6EsxpNA6mXpVSHQ9CqaVqR4rd/ZXAm287irGoamfHQfTF9lWfVUPmOkUC
qQIDAQAB
-----END PUBLIC KEY-----
)";
// And the sample application's.
constexpr std::string_view kAppKey = R"(-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDQqUgLPuFIoC0N
3QchA1D+ow6dHPJj+4T2KNendBwoPw3hbagREgU9EnhvYPFd5geALFaL8vXtE7Q5
8RiFu3X+HQEniJbFMaRghjLdM715Kae8gHtrStOQ+zOp6UUp1SR6Mnco+VIg4C1N
1paBBAM892hM4WgzscUeF8gO4OCvBlOoyGQHYF4pnVQavwaU03VScqnlU7DZk56U
m6PKbH+5eJ+pvAbw7D8GfHqJEgAVKF4YabzQJ0i5SH7sz2F/VH7Nmtd/TLBM6byu
YbMCRIcwN2uUsqZqK/p2IHlBsBZxiI7PTjSQ6KX8bkDbXxEXTysqQrdMP+/VoG1q
DcMeJwz1AgMBAAECggEAC+j5roCkkcVoxO+Oil0a2Kn8ec3O7ROMc5OBubJoMAjn
VSxx6SWG7IU7IBpftI0edPuy5fKUhHd5NEx1ap64XayQpg3HE1Lhz8uhKBydrkaJ
JzqLMOTYviAEgyiINNrQZfQu9oUCodNB6r06onsU5zw09Rxxmu/E8VKIrga6dGr0
3mChvC5NgzeLSOXQ6q+z+bRsm+sZ7njJ/pRQ9hsj1L2EneFQ+JmuV4U2cLtn/fBR
Us9ogZ+TUfCp0mBM/8HWjBGXX0HvmChKQWrE1V5kk13aVd0zv3H4ikG1d+JEQXh0
ehPUcHqUYtS3r2BJEMrY5iLMSj60/KiCho3wuRVD4QKBgQDyBmFIhmkLspwFPBS6
drFX9FvvUdIiGnI6/iJRyaf0zJtdCLseDiGfL4G9HuPmadjm7U0KCIyf5iC84iLB
mpuxJpLuyY+1q2gDFIAFyxTXZCANNj3fo+llZk2ksqh2N8O/Zkl1aq9sG2ySSYrA
e2olSwCLQASBVmfg46clivewVQKBgQDctbf5Ldk/pM06g6Oe1sOTwAbdUWZu5uka
Z7Gw9mjyM9v8pLzlIK5UjAWSj5LOCp6twQnSnf1hqwB+B/83tq0LutVfnBrqtpfA
BRWENpsvf0cAxMO+S6SZmOH9j/RnL4GTcQEnFOh24M+wTu+KAP80GfZvqLoog4hV
BPl+R/4KIQKBgQCLyRuPI/KwCu0KKPVf7QXo4v3mb7+KavPnFrkDvBEB1ts1FMHe
ThMlOe8ZKCpA/omEdzKzxNRT1jq6XXHtmDqsSrc6q7gRGXrtrH102yKidPX+K4H5
FVbMdhYKNhYOkY7BkXaEFqZTLlO6+jbljWJ1P6iExOjVOu6seVAk4urEMQKBgGoI
TztB4JYn2YTcCzZbHRiVb3bSDXEINELAQGiw6Ng7O9uTVUCKw9XQczjnCvM7vOHi
1JI/3qQWYCUsOFuOwnHZL3tAZtoOILdaeezLwyA9eGIRJaz9cDVuclu71gHgm9K2
voQFEm1SMdUVBxV4xyJDutYH7G9cSZn2ytn1QkGhAoGAMAhyrBJ/gnTblrYvxtWB
Z+N2aO1ugK0KNoARa63RoVJzJfKaog7qR7J6uVNutc2mpkWReeIvGpIlh2Wv+rQ5
T6zdbJX08IWwYHJ+32UWx7JSwzDykA+mSTOkpFSrlN/5bJqY5FAYcD5KNff+X2Ly
fS2nUkE3k6M0PDfA0Ta6YNQ=
-----END PRIVATE KEY-----
)";

constexpr std::string_view kSend = "alipay.open.public.message.custom.send";
constexpr std::string_view kTemplate = "alipay.open.public.message.single.send";

ApiAnswer said(std::string_view code, std::string_view sub = {}) {
  JsonWriter json;
  json.begin_object().key("alipay_open_public_message_custom_send_response").begin_object();
  json.member("code", code).member("msg", code == "10000" ? "Success" : "Business Failed");
  if (!sub.empty()) json.member("sub_code", sub);
  json.end_object().member("sign", "unsigned").end_object();
  return json_answer(json.take());
}

std::string element(std::string_view name, std::string_view text) {
  std::string out = "<" + std::string(name) + ">" + xml_cdata(text);
  return out + "</" + std::string(name) + ">";
}

bool is_user(std::string_view user) {
  return user.size() == 16 &&
         std::ranges::all_of(user, [](char c) { return c >= '0' && c <= '9'; });
}

std::string words_of(std::string_view content) {
  if (json_at(content, "/msg_type") == "text") return json_at(content, "/text/content");
  return json_at(content, "/articles/0/title") + " " + json_at(content, "/articles/0/url");
}

class AlipayStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("alipay", "", api_base);
    channel.settings["app_id"] = "2016022201155812";
    channel.secrets.emplace("app_private_key", Secret(std::string(kAppKey)));
    channel.secrets.emplace("alipay_public_key", Secret(std::string(kPublicKey)));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return std::to_string(2'088'402'125'991'030 + number);
  }

  Redelivery redelivery() const override { return {3, Milliseconds(5'000), Milliseconds(1'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (!is_user(said.user)) {
      return Error{.code = Errc::misconfigured, .detail = "an Alipay user is 16 digits"};
    }
    const auto& trusted = channel.secret("alipay_public_key").reveal();
    if (!verify_rsa_sha256(trusted, "x", from_base64(signed_by_platform("x")).value_or(""))) {
      return Error{.code = Errc::misconfigured,
                   .detail = "the channel trusts another key than the sample's"};
    }
    std::string content = "<XML><Text>" + element("Content", said.text) + "</Text>";
    content += element("FromAlipayUserId", said.user) +
               element("AppId", channel.setting("app_id")) + element("MsgType", "text");
    content += element("CreateTime", std::to_string(said.said_at.time_since_epoch().count()));
    content += element("MsgId", "1603084644" + std::to_string(said.number)) + "</XML>";
    std::map<std::string, std::string> fields = {{"service", "alipay.mobile.public.message.notify"},
                                                 {"charset", "UTF-8"},  // which says more than GBK
                                                 {"sign_type", "RSA2"},
                                                 {"biz_content", std::move(content)}};
    std::string sorted;
    for (const auto& [name, value] : fields) sorted += "&" + name + "=" + value;
    fields["sign"] = signed_by_platform(std::string_view(sorted).substr(1));
    Webhook hook;
    hook.target = webhook_path(channel);
    hook.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    hook.body = form_encode({fields.begin(), fields.end()});
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  bool is_send(const ApiRequest& request) const override {
    if (request.path != "/gateway.do") return false;
    const auto method = form_value(request.query, "method");
    return method == kSend || method == kTemplate;
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (!is_send(request)) return std::nullopt;
    for (const char* name : {"app_id", "charset", "sign_type", "timestamp", "version", "sign"}) {
      if (form_value(request.query, name).empty()) return ApiOutcome{said("40001")};
    }
    const auto content = form_field(request, "biz_content");
    AcceptedSend send;
    const bool approved = form_value(request.query, "method") == kTemplate;
    send.method = approved ? "single.send" : "custom.send";
    send.to = json_at(content, "/to_user_id");
    send.text = approved ? json_at(content, "/template/template_id") : words_of(content);
    if (!is_user(send.to) || send.text.empty())
      return ApiOutcome{said("40002", "isv.invalid-parameter")};
    return ApiOutcome{said("10000"), {std::move(send)}};
  }

  ApiAnswer throttled(int) const override { return said("40005", "isv.app-call-limited"); }

 private:
  static std::string signed_by_platform(std::string_view text) {
    return to_base64(sign_rsa_sha256(kPrivateKey, text));
  }
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<AlipayStandIn>(); }

}  // namespace parley::connectors::alipay
