// base/rsa_public_key.hpp
// The public half of an RSA key, for platforms that ask us for ours.
//
// Threads  any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley {

// As SubjectPublicKeyInfo (DER), of a PEM text that holds a private key (PKCS#8 or PKCS#1, whatever
// its first line calls it); nullopt for a key that is none.
std::optional<std::string> rsa_public_key_der(std::string_view private_key_pem);

}  // namespace parley
