// connectors/wechat_miniprogram/user_data.hpp
// What a mini program hands on of its user, proven with the session key that only WeChat and the
// mini program's own server know: this is where a unionid comes from.
//
// Source   developers.weixin.qq.com/miniprogram: "signature and decryption of open data"
// Errors   unauthenticated, one and the same for whatever is wrong.
// Limits   64 KiB.
// Threads  pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace parley::connectors::wechat_miniprogram {

// Is `signature` sha1_hex(raw_data + session_key)?
bool is_signed(std::string_view raw_data, const Secret& session_key, std::string_view signature);

struct UserData {
  std::string open_id, union_id, nick_name, language, avatar_url;
};

// AES-128-CBC with PKCS#7; the key, `iv` and `encrypted_data` are base64. The watermark inside must
// name `app_id`: data of another mini program is no proof for ours.
Result<UserData> open_user_data(std::string_view encrypted_data, std::string_view iv,
                                const Secret& session_key, std::string_view app_id);

}  // namespace parley::connectors::wechat_miniprogram
