// tests/connectors/fixture.hpp
// What a platform must supply so that contract_test.cpp can put its connector through the suite
// every connector has to pass. One file <platform>_fixture.cpp a platform (or more than one, where
// a platform has several modes), each with a registrar:
//
//   const FixtureRegistrar kRegistrar([] { return Fixture{...}; });
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::testing_support {

// A webhook request that owns its bytes.
struct OwnedRequest {
  std::string method = "POST";
  std::string path = "/webhooks/demo/ch1";
  std::string query = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
  std::string body = {};

  WebhookRequest view() const {
    WebhookRequest request{.method = method,
                           .path = path,
                           .query = query,
                           .headers = {},
                           .body = body,
                           .received_at = TimePoint{Milliseconds{1'760'000'000'000}}};
    for (const auto& [name, value] : headers) request.headers.push_back({name, value});
    return request;
  }
};

struct Fixture {
  std::string name;      // CamelCase, unique: "WechatOaSafe"
  std::string platform;  // as in the registry
  Channel channel;       // with every secret filled
  // Bodies as the platform means them (before any encryption); each gives at least one event, or
  // rings a bell.
  std::vector<std::string> good_bodies;
  // The request that carries this body, proven as the platform proves it. Any bytes are signed.
  std::function<OwnedRequest(const std::string& body)> sign;
  // Requests whose proof is missing, wrong, truncated or in the wrong case: all unauthenticated.
  std::function<std::vector<OwnedRequest>(const std::string& body)> forgeries;
  // Does the proof cover the body? Then every single-bit change of it must be refused.
  bool body_signed = false;
  // Answers to a pull, of platforms whose events are fetched; each holds at least one event.
  std::vector<std::string> good_pages = {};
};

inline void PrintTo(const Fixture& fixture, std::ostream* out) { *out << fixture.name; }

using FixtureMaker = Fixture (*)();

inline std::vector<FixtureMaker>& fixture_makers() {
  static std::vector<FixtureMaker> makers;
  return makers;
}

struct FixtureRegistrar {
  explicit FixtureRegistrar(FixtureMaker maker) { fixture_makers().push_back(maker); }
};

}  // namespace parley::connectors::testing_support
