// tests/connectors/freshchat_support.hpp
// A Freshchat channel and a key pair to sign its webhooks with: small, since some tests sign often.
#pragma once

#include <string>

#include "base/crypto.hpp"
#include "connectors/freshchat/freshchat.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::freshchat_support {

inline constexpr const char* kPublicKey = R"(-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC+aTwM/YMsrJfzLcCJfAkLslXr
/arxVG0Rl4/MtssgBYTYHdoCCuIq+60kHr5JqIT5nprMOeQ40s+/aesOwNlOiWzy
jTGlEiCbZGcxZkbzG6tvniGzIqX4FmxcW67frZGIUfmS7fWNWgNJFdgJeW9stsP+
CAL/Dslv/Llbl4e9QQIDAQAB
-----END PUBLIC KEY-----
)";
inline constexpr const char* kPrivateKey = R"(-----BEGIN PRIVATE KEY-----
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAL5pPAz9gyysl/Mt
wIl8CQuyVev9qvFUbRGXj8y2yyAFhNgd2gIK4ir7rSQevkmohPmemsw55DjSz79p
6w7A2U6JbPKNMaUSIJtkZzFmRvMbq2+eIbMipfgWbFxbrt+tkYhR+ZLt9Y1aA0kV
2Al5b2y2w/4IAv8OyW/8uVuXh71BAgMBAAECgYEAjYoURWO9Olwhp3Z/BLPa1YL/
M6kghLvJR6ZuEjJe07LGiQ/HmnUUofbrQUpJEN/f2N35G459A3BRVWwaeqEH5nzW
coQhPAYZ81ZA17Fm2qRMv2razqZGXgk2i/C29ivIUzwdk1JaXCAs5gZ2Eso27Y3l
F9GKIAmVdySJRHGH0zECQQDnAD3FQcaM8VRmH1nzr/0nbMlqg6GbnAL2d2XGfRVO
/R0LB0mnTmeyH7n4tGx1GfI/Zk2A6E0gOePaD2HV9iqvAkEA0wR48fT0iA3TyGKM
KflVSIQpxD4wdoMSaFiR5uIW3fezX2jBuEGLoWjQHEF51Arb/md5zKYG5ThVHbjf
nSPTDwJAcJAGiZt+o+lpBgZa78sfIdn53+RamJgSPYV625jSDFZ8k4Yuls826m5Z
Ud6hRwKor8orFBielIiBBh4ev4Mf0wJAXj2wGjdRAnZScDr66EAPg4xq7tbrY/JT
xUBRIPE2Tzmx5VlusvCrAJJD52qikz2qVKs37Vr012haMyT+0TpPpwJAB8+sxyJu
zgjfFDPYJ5i7xWkg7T8GP7ctx6rCLzyXkSp6F2MbBiS+CThYJ5qwNgtWWcdXfbdz
OtR25uBRjYSAGA==
-----END PRIVATE KEY-----
)";

inline Channel channel() {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{"help"};
  channel.platform = "freshchat";
  channel.settings = {{"agent_id", "agent-9"}};
  channel.secrets.emplace("auth_token", Secret("token-of-the-api"));
  channel.secrets.emplace("public_key", Secret(kPublicKey));
  return channel;
}

inline testing_support::OwnedRequest signed_request(const std::string& body) {
  testing_support::OwnedRequest request;
  request.body = body;
  request.headers = {{"content-type", "application/json"},
                     {"x-freshchat-signature", to_base64(sign_rsa_sha256(kPrivateKey, body))}};
  return request;
}

}  // namespace parley::connectors::freshchat_support
