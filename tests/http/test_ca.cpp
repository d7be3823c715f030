#include "tests/http/test_ca.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace parley::gateway::http {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Key make_key() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

void add_extension(X509* to, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (extension == nullptr) throw std::runtime_error("bad extension " + value);
  X509_add_ext(to, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate make_certificate(EVP_PKEY* key, const std::string& name, int serial, int days_from,
                             int days_until) {
  Certificate out(X509_new(), &X509_free);
  X509_set_version(out.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), days_from * 86'400L);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), days_until * 86'400L);
  X509_set_pubkey(out.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(out.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return out;
}

template <class Write>
void write_file(const std::string& path, Write write) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  write(file);
  std::fclose(file);
}

bool is_address(const std::string& host) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

}  // namespace

struct TestCa::Keys {
  Key key = make_key();
  Certificate certificate = make_certificate(key.get(), "Test CA", 1, -30, 30);
};

TestCa::TestCa() : keys_(new Keys) {
  folder_ = testing::TempDir() + "parley_ca_XXXXXX";
  if (mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary folder");
  X509* ca = keys_->certificate.get();
  X509_set_issuer_name(ca, X509_get_subject_name(ca));
  add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(ca, ca, NID_subject_key_identifier, "hash");
  X509_sign(ca, keys_->key.get(), EVP_sha256());
  write_file(ca_file(), [&](std::FILE* file) { PEM_write_X509(file, ca); });
}

TestCa::~TestCa() {
  delete keys_;
  std::filesystem::remove_all(folder_);
}

TlsFiles TestCa::issue(const CertificateWish& wish) {
  const auto key = make_key();
  ++serial_;
  auto certificate =
      make_certificate(key.get(), wish.host, serial_, wish.days_from, wish.days_until);
  X509* issuer = wish.self_signed ? certificate.get() : keys_->certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  add_extension(certificate.get(), issuer, NID_subject_alt_name,
                (is_address(wish.host) ? "IP:" : "DNS:") + wish.host);
  add_extension(certificate.get(), issuer, NID_ext_key_usage, "serverAuth");
  X509_sign(certificate.get(), wish.self_signed ? key.get() : keys_->key.get(), EVP_sha256());
  const auto stem = folder_ + "/" + std::to_string(serial_);
  const TlsFiles files{.certificate = stem + ".pem", .key = stem + ".key"};
  write_file(files.certificate, [&](std::FILE* file) { PEM_write_X509(file, certificate.get()); });
  write_file(files.key, [&](std::FILE* file) {
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return files;
}

}  // namespace parley::gateway::http
