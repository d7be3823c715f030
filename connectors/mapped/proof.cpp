#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/crypto.hpp"
#include "connectors/mapped/request_view.hpp"

namespace parley::connectors::mapped {
namespace {

Error refused(std::string why) {
  return Error{.code = Errc::unauthenticated, .detail = std::move(why)};
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string mac(std::string_view algorithm, std::string_view key, std::string_view text) {
  if (algorithm == "sha256") return hmac_sha256(key, text);
  if (algorithm == "sha1") return hmac_sha1(key, text);
  if (algorithm == "sha512") return hmac_sha512(key, text);
  if (algorithm == "md5") return hmac_md5(key, text);
  return {};
}

std::string hash(std::string_view algorithm, std::string_view text) {
  if (algorithm == "sha256") return sha256(text);
  if (algorithm == "sha1") return sha1(text);
  if (algorithm == "md5") return md5(text);
  return {};
}

// Every field as `each_field` writes it, in the order of their names; the values of a repeated one
// sorted, once each.
std::string fields_text(const Value& fields, const Proof& proof) {
  std::map<std::string, std::set<std::string>> sorted;
  for (const auto& [name, value] : fields.members) {
    if (std::ranges::find(proof.without, name) != proof.without.end()) continue;
    auto& values = sorted[name];
    if (value.kind == Value::Kind::text) values.insert(value.text);
    for (const auto& item : value.items) values.insert(item.text);
  }
  std::string out;
  for (const auto& [name, values] : sorted) {
    for (std::string value : values) {
      std::ranges::replace_if(
          value, [&](char c) { return proof.underscored.find(c) != std::string::npos; }, '_');
      std::string_view format = proof.each_field;
      while (!format.empty()) {
        if (format.starts_with("{name}")) {
          out += name;
          format.remove_prefix(6);
        } else if (format.starts_with("{value}")) {
          out += value;
          format.remove_prefix(7);
        } else {
          out += format.front();
          format.remove_prefix(1);
        }
      }
    }
  }
  return out;
}

// The URL the platform was given, and with the query it called.
std::pair<std::string, std::string> urls_of(const WebhookRequest& request, const Channel& channel) {
  std::string address(channel.setting("webhook_url"));
  address.resize(std::min(address.find_first_of("?#"), address.size()));
  std::string url = address;
  if (!request.query.empty()) url += "?" + std::string(request.query);
  return {std::move(address), std::move(url)};
}

class Verifier {
 public:
  Verifier(const WebhookRequest& request, const Channel& channel, const Proof& proof,
           const RequestView& view)
      : request_(request), channel_(channel), proof_(proof), view_(view) {
    raw_ = Value::of(request.body);
    auto [address, url] = urls_of(request, channel);
    address_ = Value::of(address);
    url_ = Value::of(url);
    scope_.set("raw", &raw_);
    scope_.set("query", &view.query);
    scope_.set("header", &view.header);
    scope_.set("field", &view.body);
    scope_.set("setting", &view.setting);
    scope_.set("address", &address_);
    scope_.set("url", &url_);
  }

  Result<void> run() {
    const Secret& secret = channel_.secret(proof_.secret);
    if (secret.empty()) return refused("the channel has no " + proof_.secret);
    if (proof_.kind == Proof::Kind::basic) return basic(secret);
    auto shown = given();
    if (!shown) return std::move(shown.error());
    if (proof_.kind == Proof::Kind::secret) {
      if (equal_constant_time(*shown, secret.reveal())) return {};
      return refused("the webhook's secret does not match");
    }
    if (auto fresh = timely(); !fresh) return fresh;
    return signature(secret, *std::move(shown));
  }

  // "" where the algorithm is none we know.
  std::string signature_of(const Secret& secret) {
    const Value key = Value::of(secret.reveal());
    const Value fields = Value::of(fields_text(view_.body, proof_));
    scope_.set("fields", &fields);
    if (proof_.kind == Proof::Kind::digest) scope_.set("key", &key);
    const std::string text = proof_.over.text(scope_);
    const std::string algorithm = proof_.algorithm.text(scope_);
    const std::string bytes = proof_.kind == Proof::Kind::hmac
                                  ? mac(algorithm, secret.reveal(), text)
                                  : hash(algorithm, text);
    return proof_.base64 ? to_base64(bytes) : to_hex(bytes);
  }

 private:
  Result<std::string> given() const {
    std::string shown = proof_.given->text(scope_);
    if (shown.empty()) return refused("the webhook shows no proof");
    if (!shown.starts_with(proof_.prefix)) return refused("the proof has another form");
    return shown.substr(proof_.prefix.size());
  }

  Result<void> basic(const Secret& secret) const {
    constexpr std::string_view kBasic = "Basic ";
    const auto header = request_.header("authorization");
    if (!header.starts_with(kBasic)) return refused("the webhook shows no credentials");
    const std::string want = proof_.user.text(scope_) + ":" + secret.reveal();
    if (equal_constant_time(header.substr(kBasic.size()), to_base64(want))) return {};
    return refused("the webhook's credentials do not match");
  }

  Result<void> timely() const {
    if (!proof_.timestamp) return {};
    const std::string text = proof_.timestamp->text(scope_);
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool whole = error == std::errc() && end == text.data() + text.size() && seconds >= 0 &&
                       seconds < 253'402'300'800;
    if (!whole) return refused("the proof has no time");
    const auto apart = request_.received_at - TimePoint{std::chrono::seconds(seconds)};
    if (apart > proof_.tolerance || apart < -proof_.tolerance)
      return refused("the proof is too old");
    return {};
  }

  Result<void> signature(const Secret& secret, std::string shown) {
    const std::string want = signature_of(secret);
    if (want.empty()) return refused("the algorithm of the signature is none we know");
    if (!proof_.base64) shown = lower(std::move(shown));
    if (equal_constant_time(shown, want)) return {};
    return refused("the webhook's signature does not match");
  }

  const WebhookRequest& request_;
  const Channel& channel_;
  const Proof& proof_;
  const RequestView& view_;
  Value raw_, address_, url_;
  Scope scope_;
};

}  // namespace

bool asks_fields(const Proof& proof) {
  const auto of_body = [](const Path& path) {
    return path.root == "field" || path.root == "fields";
  };
  const auto over = proof.over.paths();
  return (proof.given && of_body(*proof.given)) || (proof.timestamp && of_body(*proof.timestamp)) ||
         std::ranges::any_of(over, [&](const Path* path) { return of_body(*path); });
}

std::string signature_of(const WebhookRequest& request, const Channel& channel, const Proof& proof,
                         const RequestView& view) {
  return Verifier(request, channel, proof, view).signature_of(channel.secret(proof.secret));
}

const Proof* chosen_proof(const Channel& channel, const Mapping& mapping) {
  auto name = channel.setting("webhook_auth");
  if (name.empty() && !mapping.proofs.empty()) name = mapping.proofs.front().name;
  const auto found = std::ranges::find(mapping.proofs, name, &Proof::name);
  return found == mapping.proofs.end() ? nullptr : &*found;
}

Result<void> verify(const WebhookRequest& request, const Channel& channel, const Mapping& mapping) {
  if (channel.setting("webhook_auth") == "none") return {};
  const Proof* proof = chosen_proof(channel, mapping);
  if (proof == nullptr) return refused("the channel's webhook_auth names no proof");
  // The body is read first only where its fields are what is signed.
  WebhookRequest shown = request;
  if (!asks_fields(*proof)) shown.body = {};
  auto view = view_of(shown, channel, mapping);
  if (!view)
    view = view_of({.method = "GET", .query = request.query, .headers = request.headers}, channel,
                   mapping);
  if (!view) return refused("the webhook cannot be read");
  return Verifier(request, channel, *proof, *view).run();
}

}  // namespace parley::connectors::mapped
