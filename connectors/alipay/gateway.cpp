#include "connectors/alipay/gateway.hpp"

#include <algorithm>
#include <chrono>

#include "base/crypto.hpp"
#include "base/rsa_public_key.hpp"
#include "connectors/charset.hpp"
#include "connectors/url.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::alipay {
namespace {

constexpr std::size_t kFieldsMax = 64;

using Fields = std::map<std::string, std::string>;

// A field named twice could mean one thing to the signature and another to us: the form is refused.
std::optional<Fields> fields_of(std::string_view form) {
  Fields fields;
  while (!form.empty()) {
    const auto end = form.find('&');
    const auto field = form.substr(0, end);
    form.remove_prefix(end == std::string_view::npos ? form.size() : end + 1);
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    auto name = percent_decode(field.substr(0, equals));
    if (fields.size() == kFieldsMax || fields.contains(name)) return std::nullopt;
    fields.emplace(std::move(name), percent_decode(field.substr(equals + 1)));
  }
  return fields;
}

std::string field_of(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

bool is_word(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

// The answer's text is ASCII, the same bytes in every encoding the gateway uses.
Reply signed_reply(const WebhookRequest& request, const Channel& channel, std::string_view inner) {
  const auto fields = fields_of(request.body).value_or(Fields());
  const auto charset = is_word(field_of(fields, "charset"), "utf-8") ? "UTF-8" : "GBK";
  const auto signature = sign_rsa_sha256(pem_of(channel.secret("app_private_key")), inner);
  std::string body = "<?xml version=\"1.0\" encoding=\"" + std::string(charset) +
                     "\"?><alipay><response>" + std::string(inner) + "</response><sign>" +
                     to_base64(signature) + "</sign><sign_type>RSA2</sign_type></alipay>";
  return Reply{.content_type = "text/xml; charset=" + std::string(charset),
               .body = std::move(body)};
}

}  // namespace

std::string pem_of(const Secret& key) {
  const std::string_view text = key.reveal();
  if (text.empty() || text.contains("-----BEGIN ")) return std::string(text);
  return "-----BEGIN KEY-----\n" + std::string(text) + "\n-----END KEY-----";
}

std::string signed_text(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (name == "sign" || value.empty()) continue;
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

Result<void> authenticate(const WebhookRequest& request, const Channel& channel) {
  const auto key = pem_of(channel.secret("alipay_public_key"));
  if (key.empty()) {
    return Error{.code = Errc::misconfigured, .detail = "the channel has no alipay_public_key"};
  }
  const Error refused{.code = Errc::unauthenticated, .detail = "sign does not match"};
  const auto fields = fields_of(request.body);
  if (!fields || field_of(*fields, "sign_type") != "RSA2") return refused;
  const auto signature = from_base64(field_of(*fields, "sign"));
  if (!signature || !verify_rsa_sha256(key, signed_text(*fields), *signature)) return refused;
  return {};
}

Result<std::string> content_of(const WebhookRequest& request) {
  const auto fields = fields_of(request.body);
  if (!fields) return Error{.code = Errc::malformed, .detail = "the form has a field twice"};
  const auto charset = field_of(*fields, "charset");
  auto text = to_utf8(field_of(*fields, "biz_content"), charset.empty() ? "GBK" : charset);
  if (!text) return Error{.code = Errc::malformed, .detail = "the form's charset is unknown"};
  std::string content = *std::move(text);
  // It names the encoding the bytes no longer have.
  if (content.starts_with("<?xml")) {
    const auto end = content.find("?>");
    content.erase(0, end == std::string::npos ? content.size() : end + 2);
  }
  return content;
}

std::string service_of(const WebhookRequest& request) {
  return form_value(request.body, "service");
}

Reply check_reply(const WebhookRequest& request, const Channel& channel) {
  const auto key = rsa_public_key_der(pem_of(channel.secret("app_private_key"))).value_or("");
  return signed_reply(request, channel,
                      "<success>true</success><biz_content>" + to_base64(key) + "</biz_content>");
}

Reply ack_reply(const WebhookRequest& request, const Channel& channel, std::string_view user) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(request.received_at.time_since_epoch());
  return signed_reply(request, channel,
                      "<XML><ToUserId>" + xml_cdata(user) + "</ToUserId><AppId>" +
                          xml_cdata(channel.setting("app_id")) + "</AppId><CreateTime>" +
                          std::to_string(seconds.count()) + "</CreateTime><MsgType>" +
                          xml_cdata("ack") + "</MsgType></XML>");
}

}  // namespace parley::connectors::alipay
