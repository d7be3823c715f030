// Known answers: FIPS 180-2 appendices, RFC 4231, RFC 4648, NIST SP 800-38A F.2.5, xxHash.
#include "base/crypto.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/rsa_public_key.hpp"

namespace parley {
namespace {

TEST(Digests, GiveTheKnownAnswers) {
  EXPECT_EQ(to_hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(sha1("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(xxh3_64(""), 0x2d06800538d394c2u);
}

struct HmacCase {
  const char* name;
  std::string key, data;
  std::string_view mac;
};
void PrintTo(const HmacCase& c, std::ostream* out) { *out << c.name; }

const HmacCase kHmac[] = {
    {"Rfc4231Case1", std::string(20, '\x0b'), "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"Rfc4231Case2", "Jefe", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"Rfc4231Case3", std::string(20, '\xaa'), std::string(50, '\xdd'),
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"Rfc4231Case6", std::string(131, '\xaa'),
     "Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
};

class HmacSha256 : public testing::TestWithParam<HmacCase> {};
TEST_P(HmacSha256, GivesTheKnownAnswer) {
  EXPECT_EQ(to_hex(hmac_sha256(GetParam().key, GetParam().data)), GetParam().mac);
}
INSTANTIATE_TEST_SUITE_P(Table, HmacSha256, testing::ValuesIn(kHmac),
                         [](const auto& test) { return test.param.name; });

TEST(Hex, GoesThereAndBack) {
  EXPECT_EQ(to_hex(std::string_view("\0\x7f\x80\xff", 4)), "007f80ff");
  EXPECT_EQ(from_hex("007F80fF"), std::string("\0\x7f\x80\xff", 4));
  EXPECT_EQ(from_hex(""), "");
  for (const char* bad : {"0", "0g", "0x", " 00", "00 ", "\xff\xff"}) EXPECT_FALSE(from_hex(bad));
}

TEST(Base64, GivesTheKnownAnswers) {
  const std::pair<const char*, const char*> known[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : known) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
  EXPECT_EQ(to_base64("\xfb\xff\xfe"), "+//+");
  EXPECT_EQ(to_base64url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(to_base64url("f"), "Zg");
}

TEST(Base64, ReadsWhatPlatformsWrite) {
  EXPECT_EQ(from_base64("Zg"), "f") << "without padding";
  EXPECT_EQ(from_base64("Zh"), "f") << "trailing bits that are not zero";
  EXPECT_EQ(from_base64("+//+"), "\xfb\xff\xfe");
  EXPECT_EQ(from_base64("-__-"), "\xfb\xff\xfe");
  // A 43-character platform key is 32 bytes.
  EXPECT_EQ(from_base64("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")->size(), 32u);
  for (const char* bad : {"Z", "Zm9vY", "Zg=a", "Z g", "Zg\n", "Zm9*", "\xff\xff\xff\xff"}) {
    EXPECT_FALSE(from_base64(bad)) << bad;
  }
}

TEST(Base64, ComesBackAtEveryLength) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base64(to_base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Aes256Cbc, GivesTheKnownAnswer) {
  const auto key = *from_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
  const auto iv = *from_hex("000102030405060708090a0b0c0d0e0f");
  const auto plain = *from_hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
  const auto cipher = "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d";
  EXPECT_EQ(to_hex(*aes256_cbc_encrypt(key, iv, plain)), cipher);
  EXPECT_EQ(aes256_cbc_decrypt(key, iv, *from_hex(cipher)), plain);
}

TEST(Aes256Cbc, RefusesWrongSizes) {
  const std::string key(32, 'k'), iv(16, 'i'), block(16, 'b');
  EXPECT_TRUE(aes256_cbc_decrypt(key, iv, block));
  EXPECT_FALSE(aes256_cbc_decrypt(key.substr(1), iv, block));
  EXPECT_FALSE(aes256_cbc_decrypt(key + "k", iv, block));
  EXPECT_FALSE(aes256_cbc_decrypt(key, iv.substr(1), block));
  EXPECT_FALSE(aes256_cbc_decrypt(key, iv, block + "b"));
  EXPECT_FALSE(aes256_cbc_decrypt(key, iv, ""));
  EXPECT_FALSE(aes256_cbc_encrypt(key, iv, "short"));
}

// RFC 8032, section 7.1, tests 1 and 2.
TEST(Ed25519, GivesTheKnownAnswers) {
  struct Known {
    std::string_view seed, public_key, message, signature;
  };
  constexpr Known kKnown[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf"
       "9"
       "b46bd25bf5f0595bbe24655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f"
       "1"
       "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
  };
  for (const auto& known : kKnown) {
    const auto seed = *from_hex(known.seed), message = *from_hex(known.message);
    EXPECT_EQ(to_hex(*ed25519_public_key(seed)), known.public_key);
    const auto signature = *ed25519_sign(seed, message);
    EXPECT_EQ(to_hex(signature), known.signature);
    EXPECT_TRUE(ed25519_verify(*from_hex(known.public_key), message, signature));
    EXPECT_FALSE(ed25519_verify(*from_hex(known.public_key), message + "x", signature));
  }
}

TEST(Ed25519, RefusesEveryChangedBitAndWrongSizes) {
  const std::string seed(32, 's'), message = "message";
  const auto key = *ed25519_public_key(seed);
  const auto good = *ed25519_sign(seed, message);
  ASSERT_TRUE(ed25519_verify(key, message, good));
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto changed = good;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      EXPECT_FALSE(ed25519_verify(key, message, changed)) << i << " " << bit;
    }
  }
  EXPECT_FALSE(ed25519_verify(key, message, good.substr(1)));
  EXPECT_FALSE(ed25519_verify(key, message, good + "x"));
  EXPECT_FALSE(ed25519_verify(key, message, ""));
  EXPECT_FALSE(ed25519_verify(key.substr(1), message, good));
  EXPECT_FALSE(ed25519_verify("", message, good));
  EXPECT_FALSE(ed25519_public_key("short"));
  EXPECT_FALSE(ed25519_sign("", message));
}

TEST(EqualConstantTime, IsEqualityButForEmpty) {
  EXPECT_TRUE(equal_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_constant_time("secret", "secret "));
  EXPECT_FALSE(equal_constant_time("secret", ""));
  EXPECT_FALSE(equal_constant_time("", "")) << "an unset secret must not let anyone in";
}

// A comparison that stops at the first difference takes a thousandth of the time for this one.
TEST(EqualConstantTime, TakesAsLongWhereverTheDifferenceIs) {
  const std::string secret(4 << 20, 's');
  std::string first = secret, last = secret;
  first.front() = 'x';
  last.back() = 'x';
  const auto quickest = [&](const std::string& guess) {
    auto least = std::chrono::nanoseconds::max();
    for (int i = 0; i < 9; ++i) {
      const auto start = std::chrono::steady_clock::now();
      EXPECT_FALSE(equal_constant_time(secret, guess));
      least = std::min<std::chrono::nanoseconds>(least, std::chrono::steady_clock::now() - start);
    }
    return least;
  };
  EXPECT_GT(quickest(first) * 10, quickest(last));
}

TEST(Random, HasTheLengthAskedForAndDoesNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto text = random_hex(16);
    EXPECT_EQ(text.size(), 32u);
    EXPECT_TRUE(seen.insert(text).second);
  }
  EXPECT_EQ(random_bytes(0), "");
}

// RFC 2202 and RFC 4231; RFC 1321 for the digest alone.
TEST(Hmac, OfTheOtherDigests) {
  const std::string key(20, '\x0b');
  EXPECT_EQ(to_hex(hmac_sha1(key, "Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(to_hex(hmac_sha1("Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(to_hex(hmac_md5("Jefe", "what do ya want for nothing?")),
            "750c783e6ab0b503eaa86e310a5db738");
  EXPECT_EQ(
      to_hex(hmac_sha512("Jefe", "what do ya want for nothing?")),
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8"
      "f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  EXPECT_EQ(to_hex(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
}

// A key and a signature made with the openssl command.
const std::string kRsaKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr712sADTPJOxI57pzPug\n"
    "kpAJO4qKZMBj+DLZcZzTLnAjf9ImnfJETxbsHuFmWHBOjywrumgXvkarttXi1jaB\n"
    "M+zIiG1Q5PZ2ae52V3U0GEAdlb4Lw8fDeCoAMA8QKhXHlnKLycq+EUI31DFSmTVT\n"
    "c2n3oypD19iWKZSNyJwBLY7xkeXtJwHseOApHrTK03rcuqcyTp2BWj47xJWVVMfb\n"
    "NA9usQumwAcKxDSO+25IOXBQwRVWl459N0nPTXZ/lSk0425+VdkiN7iMeDeRckpZ\n"
    "IpWjc0k63oAItYCj+n6r3c+7fbrONa8Y+2iRG9Xw2dshUqyaDbH6vedVqV5txpiz\n"
    "owIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
const std::string kRsaKeyPkcs1 =
    "-----BEGIN RSA PUBLIC KEY-----\n"
    "MIIBCgKCAQEAr712sADTPJOxI57pzPugkpAJO4qKZMBj+DLZcZzTLnAjf9ImnfJE\n"
    "TxbsHuFmWHBOjywrumgXvkarttXi1jaBM+zIiG1Q5PZ2ae52V3U0GEAdlb4Lw8fD\n"
    "eCoAMA8QKhXHlnKLycq+EUI31DFSmTVTc2n3oypD19iWKZSNyJwBLY7xkeXtJwHs\n"
    "eOApHrTK03rcuqcyTp2BWj47xJWVVMfbNA9usQumwAcKxDSO+25IOXBQwRVWl459\n"
    "N0nPTXZ/lSk0425+VdkiN7iMeDeRckpZIpWjc0k63oAItYCj+n6r3c+7fbrONa8Y\n"
    "+2iRG9Xw2dshUqyaDbH6vedVqV5txpizowIDAQAB\n"
    "-----END RSA PUBLIC KEY-----\n";
constexpr const char* kRsaSignature =
    "nZo/pzy/BsIOFpVoEQ5MiDURAGKWcG6cN+RZUHNlvnSj6FXOEbjPSAHhtHb2Uh5AJFVIxmR818QveggA"
    "62JdGNyOQ4/INmu805CtaN4i8yEQHGCrjrfzMeCoY4K8YhyHOs8lGf83Ud1jshZGA79KNPmedb0cfzf5"
    "cuzz3dlpDiZVOrAvAI4iSeAGJlH+7htBXjQ8kElUpbtQzr/BvXmoS6Tj0ou+Aim90tiibk8fHmXssWwK"
    "36I4IJA51JylQALhINtM57ereiTnTQq3k3yR6Umks+fHDLCp/8zkXdX6bywgyo6g8hpabY/E577Fys5L"
    "Ly7abWgQKqy4k7vGxI6g/g==";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

TEST(RsaSha256, KnowsItsSignature) {
  const std::string text = "what do ya want for nothing?";
  const auto signature = from_base64(kRsaSignature);
  ASSERT_TRUE(signature);
  EXPECT_TRUE(verify_rsa_sha256(kRsaKey, text, *signature));
  EXPECT_TRUE(verify_rsa_sha256(kRsaKeyPkcs1, text, *signature));
  // As it comes out of a one-line field, and under the other kind's heading.
  EXPECT_TRUE(verify_rsa_sha256(replaced(kRsaKey, "\n", " "), text, *signature));
  EXPECT_TRUE(verify_rsa_sha256(replaced(kRsaKey, "PUBLIC", "RSA PUBLIC"), text, *signature));

  EXPECT_FALSE(verify_rsa_sha256(kRsaKey, text + ".", *signature));
  std::string changed = *signature;
  changed[7] = static_cast<char>(changed[7] ^ 1);
  EXPECT_FALSE(verify_rsa_sha256(kRsaKey, text, changed));
  EXPECT_FALSE(verify_rsa_sha256(kRsaKey, text, ""));
  EXPECT_FALSE(verify_rsa_sha256("", text, *signature));
  EXPECT_FALSE(verify_rsa_sha256("-----BEGIN PUBLIC KEY----- AAAA -----END PUBLIC KEY-----", text,
                                 *signature));
  EXPECT_FALSE(is_rsa_public_key("no key"));
  EXPECT_TRUE(is_rsa_public_key(kRsaKey));
}

// Made for this test by `openssl genpkey`; the second is the same key in the older form.
const std::string kRsaPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBANqIeLKakcBjMvWv\n"
    "7aIcin2pUqcWcdWzTgylXq+Ri61GLEZxd/wTWpWPiuC6IorN3XBJ7PA7gMuJqgQj\n"
    "k++t+TgqtoK8Jvw7yvvlJCaSLj/qfzg8RxGjZWerrZxiuyZ999B8rX7ps057+Hom\n"
    "7UZu6F72HpFSgSj192EAKzC/t8hrAgMBAAECgYEAtFVDzJbyyaDSj53S6iDFQ/cz\n"
    "JoDGBUQGlzbr0NO5QI6UwLin+5L5AExInTPch1BkeGH4rTFdEhkS/IFjdbjJ20G2\n"
    "knVpM2OG+XOBLHQkb4MWUH/BTGTZwmDaRxqL611SCJ2bN7EdEOkEPELvOSKdN7m6\n"
    "6mKH+CU4GEJw3aIuKykCQQD5KhpIAbSWSYAskJSyMNrwzRnpZPcuAE0YkVkqtjWj\n"
    "APoqQ9KJBW82Kr5T1Pll28lKSNGCsMRSCAKU14XDaFinAkEA4Ic+KKByBfnFGYEV\n"
    "zM4OEDISGeaOl87Ka/g05oBMyA+W9r8jR8gI7aX75y/a7U7wcGRADuSRxlVQoeGl\n"
    "+16GnQJBAJI0mmdWWNk3F/cOf7Jv6IkUUPgbPs/HbXXVFDVz5dVYZXMXiRrODYwD\n"
    "WNtoRU/3wA3O3OGLSCe6e4lLTjpzqFECQAnbRgpIiNjkTxfAh/F2tj1VxV+ntGjL\n"
    "pi05NzFLPpOlw43PdEAJcwLjv3w1qJm0Vm/IpttAg3m+cwy4OC4hxy0CQEHEEcTC\n"
    "yRv+LeNH0+AHE4HtUIh2P0bBHeWgfKWzf8YrhxYiyV9UfuVdmI2+wIzXlVo47/KS\n"
    "Ore9XG/gNcMzKcw=\n"
    "-----END PRIVATE KEY-----\n";
const std::string kRsaPrivatePkcs1 =
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIICXQIBAAKBgQDaiHiympHAYzL1r+2iHIp9qVKnFnHVs04MpV6vkYutRixGcXf8\n"
    "E1qVj4rguiKKzd1wSezwO4DLiaoEI5Pvrfk4KraCvCb8O8r75SQmki4/6n84PEcR\n"
    "o2Vnq62cYrsmfffQfK1+6bNOe/h6Ju1Gbuhe9h6RUoEo9fdhACswv7fIawIDAQAB\n"
    "AoGBALRVQ8yW8smg0o+d0uogxUP3MyaAxgVEBpc269DTuUCOlMC4p/uS+QBMSJ0z\n"
    "3IdQZHhh+K0xXRIZEvyBY3W4ydtBtpJ1aTNjhvlzgSx0JG+DFlB/wUxk2cJg2kca\n"
    "i+tdUgidmzexHRDpBDxC7zkinTe5uupih/glOBhCcN2iLispAkEA+SoaSAG0lkmA\n"
    "LJCUsjDa8M0Z6WT3LgBNGJFZKrY1owD6KkPSiQVvNiq+U9T5ZdvJSkjRgrDEUggC\n"
    "lNeFw2hYpwJBAOCHPiigcgX5xRmBFczODhAyEhnmjpfOymv4NOaATMgPlva/I0fI\n"
    "CO2l++cv2u1O8HBkQA7kkcZVUKHhpftehp0CQQCSNJpnVljZNxf3Dn+yb+iJFFD4\n"
    "Gz7Px2111RQ1c+XVWGVzF4kazg2MA1jbaEVP98ANztzhi0gnunuJS046c6hRAkAJ\n"
    "20YKSIjY5E8XwIfxdrY9VcVfp7Roy6YtOTcxSz6TpcONz3RACXMC4798NaiZtFZv\n"
    "yKbbQIN5vnMMuDguIcctAkBBxBHEwskb/i3jR9PgBxOB7VCIdj9GwR3loHyls3/G\n"
    "K4cWIslfVH7lXZiNvsCM15VaOO/ykjq3vVxv4DXDMynM\n"
    "-----END RSA PRIVATE KEY-----\n";
const std::string kRsaPublicOfPrivate =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDaiHiympHAYzL1r+2iHIp9qVKn\n"
    "FnHVs04MpV6vkYutRixGcXf8E1qVj4rguiKKzd1wSezwO4DLiaoEI5Pvrfk4KraC\n"
    "vCb8O8r75SQmki4/6n84PEcRo2Vnq62cYrsmfffQfK1+6bNOe/h6Ju1Gbuhe9h6R\n"
    "UoEo9fdhACswv7fIawIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
// By `openssl dgst -sha256 -sign`.
const std::string kSignedByOpenssl =
    "tmYUPxcP4nUD3ueh0dRnQafSo84k5qaxmCGPU9+wwrVp/nWSE5Kk3Ul398x7VTbFCnjls6IxDZG22XQ2SUwRvrkz"
    "7W5bSGRCD+B8GSBgM1bDAx6bJaqaTPuS7NaCEf8Lplyd4gDzMjwhHSfDnA3hgrsGJ4b/itY28lBypVgwZzA=";
const std::string kEcPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYEcZMa+hRR/sqzU3\n"
    "mapiFhkwcuqalLp7eHr1r/VeoDChRANCAASjjOWND8fxzB7m9+tVxnfn0TmQJV67\n"
    "7CE9f3he4Nd4LXCNi2CRi16+jrtnoI9bz4OUNGkvsPnt35CI7BjJrkwA\n"
    "-----END PRIVATE KEY-----\n";

TEST(RsaSha256, SignsAsOpensslDoes) {
  const std::string text = "what do ya want for nothing?";
  for (const auto& key : {kRsaPrivate, kRsaPrivatePkcs1, replaced(kRsaPrivate, "\n", "")}) {
    EXPECT_EQ(to_base64(sign_rsa_sha256(key, text)), kSignedByOpenssl) << key;
  }
  for (const auto& no_key : {std::string(), std::string("x"), kRsaPublicOfPrivate, kEcPrivate}) {
    EXPECT_EQ(sign_rsa_sha256(no_key, text), "") << no_key;
    EXPECT_FALSE(rsa_public_key_der(no_key)) << no_key;
  }
}

TEST(RsaSha256, GivesThePublicKeyOfAPrivateOne) {
  const auto der = rsa_public_key_der(kRsaPrivate);
  ASSERT_TRUE(der);
  const auto pem = "-----BEGIN PUBLIC KEY-----" + to_base64(*der) + "-----END PUBLIC KEY-----";
  EXPECT_EQ(pem, replaced(kRsaPublicOfPrivate, "\n", ""));
}

}  // namespace
}  // namespace parley
