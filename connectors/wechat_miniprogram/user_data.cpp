#include "connectors/wechat_miniprogram/user_data.hpp"

#include <algorithm>
#include <optional>

#include "base/crypto.hpp"
#include "connectors/json_tree.hpp"

namespace parley::connectors::wechat_miniprogram {
namespace {

constexpr std::size_t kBlock = 16;

Error refused() {
  return Error{.code = Errc::unauthenticated, .detail = "the user data does not hold"};
}

// Looks at a whole block whatever the padding says, so the time says nothing about it.
std::optional<std::string_view> without_padding(std::string_view plain) {
  const auto count = static_cast<unsigned char>(plain.back());
  unsigned wrong = count < 1 || count > kBlock ? 1 : 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto byte = static_cast<unsigned char>(plain[plain.size() - 1 - i]);
    wrong |= i < count ? static_cast<unsigned>(byte ^ count) : 0u;
  }
  if (wrong != 0) return std::nullopt;
  return plain.substr(0, plain.size() - count);
}

}  // namespace

bool is_signed(std::string_view raw_data, const Secret& session_key, std::string_view signature) {
  if (session_key.empty()) return false;
  return equal_constant_time(to_hex(sha1(std::string(raw_data) + session_key.reveal())), signature);
}

Result<UserData> open_user_data(std::string_view encrypted_data, std::string_view iv,
                                const Secret& session_key, std::string_view app_id) {
  const auto key = from_base64(session_key.reveal()), start = from_base64(iv),
             sealed = from_base64(encrypted_data);
  if (!key || !start || !sealed || sealed->empty() || app_id.empty()) return refused();
  const auto plain = aes128_cbc_decrypt(*key, *start, *sealed);
  if (!plain) return refused();
  const auto text = without_padding(*plain);
  if (!text) return refused();
  const auto data = parse_json_tree(*text);
  if (!data) return refused();
  const auto* watermark = data->child("watermark");
  if (watermark == nullptr || !equal_constant_time(watermark->child_text("appid"), app_id)) {
    return refused();
  }
  return UserData{.open_id = std::string(data->child_text("openId")),
                  .union_id = std::string(data->child_text("unionId")),
                  .nick_name = std::string(data->child_text("nickName")),
                  .language = std::string(data->child_text("language")),
                  .avatar_url = std::string(data->child_text("avatarUrl"))};
}

}  // namespace parley::connectors::wechat_miniprogram
