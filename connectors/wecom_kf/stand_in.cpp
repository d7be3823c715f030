#include "connectors/wecom_kf/stand_in.hpp"

#include <charconv>
#include <deque>
#include <set>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/tencent_envelope.hpp"
#include "connectors/url.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::wecom_kf {
namespace {

constexpr std::size_t kRecordsMax = 10'000, kIdsMax = 10'000;
constexpr std::size_t kPageMax = 100;
constexpr std::string_view kAccount = "wkSampleAccount";

std::string cdata(std::string_view name, std::string_view text) {
  const std::string tag(name);
  return "<" + tag + ">" + xml_cdata(text) + "</" + tag + ">";
}

ApiAnswer errcode(int code, std::string_view words) {
  JsonWriter out;
  out.begin_object().member("errcode", code).member("errmsg", words).end_object();
  return json_answer(out.take());
}

std::string words_of(std::string_view body) {
  const auto type = json_at(body, "/msgtype");
  if (type == "text") return json_at(body, "/text/content");
  if (type == "link") return json_at(body, "/link/title") + " " + json_at(body, "/link/url");
  if (type != "msgmenu") return "[" + type + "]";
  std::string text = json_at(body, "/msgmenu/head_content");
  for (int i = 0; i < 16; ++i) {
    const auto entry = "/msgmenu/list/" + std::to_string(i);
    const auto kind = json_at(body, entry + "/type");
    if (kind.empty()) break;
    text += "\n- " + json_at(body, entry + "/" + kind + "/content");
  }
  return text;
}

std::size_t number_of(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The callback that there is something to fetch.
Webhook bell(const Channel& channel, TimePoint at) {
  const std::string corp(channel.setting("corp_id"));
  const std::string xml = "<xml>" + cdata("ToUserName", corp) + "<CreateTime>" +
                          std::to_string(unix_seconds(at)) + "</CreateTime>" +
                          cdata("MsgType", "event") + cdata("Event", "kf_msg_or_event") +
                          cdata("Token", "standin-bell-token") +
                          cdata("OpenKfId", channel.setting("open_kfid")) + "</xml>";
  const auto sealed = seal_envelope(channel.secret("encoding_aes_key"), xml, corp, random_hex(8));
  const std::string time = std::to_string(unix_seconds(at)), nonce = random_hex(8);
  Webhook hook;
  hook.target = webhook_path(channel) + "?msg_signature=" +
                tencent_signature({channel.secret("token").reveal(), time, nonce, sealed}) +
                "&timestamp=" + time + "&nonce=" + nonce;
  hook.headers = {{"Content-Type", "text/xml"}};
  hook.body = "<xml>" + cdata("ToUserName", corp) + cdata("Encrypt", sealed) + "</xml>";
  return hook;
}

class WecomKfStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("wecom_kf", "", api_base);
    channel.settings = {{"corp_id", "wwsample00000001"}, {"open_kfid", std::string(kAccount)}};
    channel.secrets.emplace("token", Secret("sample-callback-token"));
    channel.secrets.emplace("secret", Secret("sample-kf-secret"));
    channel.secrets.emplace("encoding_aes_key",
                            Secret("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return "wmSimulatedCustomer" + (number == 0 ? std::string() : "-" + std::to_string(number));
  }

  Redelivery redelivery() const override { return {3, Milliseconds(5'000), Milliseconds(0)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    JsonWriter json;
    json.begin_object().member("msgid", "standin-" + std::to_string(said.number));
    json.member("open_kfid", channel.setting("open_kfid"));
    json.member("external_userid", said.user).member("send_time", unix_seconds(said.said_at));
    json.member("origin", 3).member("msgtype", "text");
    json.key("text").begin_object().member("content", said.text).end_object().end_object();
    return Dispatch{.webhooks = {bell(channel, said.sent_at)}, .records = {json.take()}};
  }

  // Only of what failed.
  std::optional<Dispatch> receipt(const Channel& channel, const AcceptedSend& send,
                                  DeliveryState state, TimePoint at) const override {
    if (state != DeliveryState::failed || send.external_id.empty()) return std::nullopt;
    JsonWriter json;
    json.begin_object().member("msgid", "standin-fail-" + send.external_id);
    json.member("send_time", unix_seconds(at)).member("origin", 4).member("msgtype", "event");
    json.key("event").begin_object().member("event_type", "msg_send_fail");
    json.member("open_kfid", channel.setting("open_kfid")).member("external_userid", send.to);
    json.member("fail_msgid", send.external_id).member("fail_type", 6).end_object().end_object();
    return Dispatch{.webhooks = {bell(channel, at)}, .records = {json.take()}};
  }

  void stock(std::string_view record) override {
    records_.emplace_back(record);
    if (records_.size() <= kRecordsMax) return;
    records_.pop_front();
    ++forgotten_;
  }

  bool is_send(const ApiRequest& request) const override {
    return request.path == "/cgi-bin/kf/send_msg";
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    const auto& path = request.path;
    if (path == "/cgi-bin/gettoken") return ApiOutcome{give_token()};
    const bool media = path == "/cgi-bin/media/get" || path == "/cgi-bin/media/upload";
    if (!path.starts_with("/cgi-bin/kf/") && !media) return std::nullopt;
    const auto given = form_value(request.query, "access_token");
    if (given.empty()) return ApiOutcome{errcode(41001, "access_token missing")};
    if (expired_) return ApiOutcome{errcode(42001, "access_token expired")};
    if (given != token()) return ApiOutcome{errcode(40014, "invalid access_token")};
    if (path == "/cgi-bin/kf/sync_msg") return ApiOutcome{page(request.body)};
    if (path == "/cgi-bin/kf/send_msg") return take(request.body);
    if (path == "/cgi-bin/kf/customer/batchget") return ApiOutcome{customer(request.body)};
    if (path == "/cgi-bin/kf/service_state/trans") return ApiOutcome{errcode(0, "ok")};
    if (path == "/cgi-bin/media/get") return ApiOutcome{picture_answer()};
    if (!media) return std::nullopt;
    return ApiOutcome{
        json_answer(R"({"errcode":0,"errmsg":"ok","type":"image","media_id":"standin-media-4"})")};
  }

  ApiAnswer throttled(int) const override { return errcode(45009, "api freq out of limit"); }

  void expire_token() override { expired_ = true; }

 private:
  std::string token() const { return "standin-kf-token-" + std::to_string(token_number_); }

  // The same one as long as it is good.
  ApiAnswer give_token() {
    if (expired_) ++token_number_;
    expired_ = false;
    JsonWriter out;
    out.begin_object().member("errcode", 0).member("errmsg", "ok");
    out.member("access_token", token()).member("expires_in", 7200).end_object();
    return json_answer(out.take());
  }

  // The cursor counts all there ever was.
  ApiAnswer page(std::string_view body) const {
    std::size_t at = std::max(number_of(json_at(body, "/cursor")), forgotten_) - forgotten_;
    JsonWriter out;
    out.begin_object().member("errcode", 0).member("errmsg", "ok");
    out.key("msg_list").begin_array();
    for (std::size_t shown = 0; at < records_.size() && shown < kPageMax; ++at, ++shown) {
      out.raw(records_[at]);
    }
    out.end_array().member("has_more", at < records_.size() ? 1 : 0);
    out.member("next_cursor", std::to_string(forgotten_ + at)).end_object();
    return json_answer(out.take());
  }

  ApiOutcome take(std::string_view body) {
    AcceptedSend send;
    send.method = "kf/send_msg";
    send.to = json_at(body, "/touser");
    if (json_at(body, "/open_kfid").empty()) return {errcode(95000, "invalid open_kfid")};
    if (send.to.empty()) return {errcode(40096, "invalid external userid")};
    send.text = words_of(body);
    send.external_id = json_at(body, "/msgid");
    if (send.external_id.empty()) send.external_id = "standin-kf-" + std::to_string(++messages_);
    JsonWriter out;
    out.begin_object().member("errcode", 0).member("errmsg", "ok");
    out.member("msgid", send.external_id).end_object();
    if (ids_.size() >= kIdsMax) ids_.clear();
    if (!ids_.insert(send.external_id).second) return {json_answer(out.take())};
    return {json_answer(out.take()), {std::move(send)}};
  }

  static ApiAnswer customer(std::string_view body) {
    const auto id = json_at(body, "/external_userid_list/0");
    JsonWriter out;
    out.begin_object().member("errcode", 0).member("errmsg", "ok");
    out.key("customer_list").begin_array().begin_object().member("external_userid", id);
    out.member("nickname", "Simulated").member("unionid", "oSimulatedUnion-" + id);
    out.end_object().end_array().key("invalid_external_userid").begin_array().end_array();
    out.end_object();
    return json_answer(out.take());
  }

  std::deque<std::string> records_;
  std::size_t forgotten_ = 0;  // before the first of records_
  std::set<std::string> ids_;
  std::uint64_t token_number_ = 1, messages_ = 0;
  bool expired_ = false;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<WecomKfStandIn>(); }

}  // namespace parley::connectors::wecom_kf
