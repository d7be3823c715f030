// connectors/stand_in.hpp
// The platform's side of a channel, offline and without sockets: what it would send us when a
// customer writes, signed as it signs, and what its API answers. `parley simulate`, the contract
// suite and the integration tests act as the platform through this; the gateway never does.
//
// One object is one simulated platform. It may remember what the platform would (tokens it issued,
// ids it gave, keys it has seen, media it holds), in the object and nowhere else.
//
// Written   in connectors/<platform>/stand_in.cpp, apart from the connector and without its parsing
//           and sending code: two readings of the platform's documents check each other. What both
//           need to be right for other reasons (an envelope's cipher) may be shared.
// Faults    are the harness's business, for all platforms alike; a platform says only how it words
//           a throttled answer, and forgets its access token when told.
// Promise   what deliver() signs at two times is the same message: one dedup key, new proof.
// Limits    what is remembered must be bounded; a simulation may run for hours.
// Errors    misconfigured: this channel cannot be acted for, or no such user can be.
// Threads   const methods on any thread at once; the others by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "connectors/connector.hpp"

namespace parley::connectors {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// A customer writes.
struct Utterance {
  std::string user;  // as the platform names them in what it sends us; see StandIn::user()
  std::string text;
  std::uint64_t number = 0;  // makes the platform's message id; the same when it redelivers; < 2^53
  TimePoint said_at{};
  TimePoint sent_at{};  // of this delivery: proofs are new each time
};

// A request of the platform to our webhook.
struct Webhook {
  std::string method = "POST";
  std::string target = "/";  // path and query
  HeaderList headers = {};   // Content-Type among them
  std::string body = {};
};

// What the platform does when something happens there. Mostly one request; a platform that sends a
// message twice in two forms gives both. Where it only rings and we come to fetch, `records` is
// what will be fetched, for stock() of the object that answers the API (maybe in another process).
struct Dispatch {
  std::vector<Webhook> webhooks;
  std::vector<std::string> records = {};
};

// A message the platform's API took, to be shown to a customer.
struct AcceptedSend {
  std::uint64_t number = 0;  // from 1; given by the harness, as is `platform`
  std::string platform;
  std::string method;       // the API's own word for it: "sendMessage"
  std::string to;           // the customer, as Utterance::user names them
  std::string text;         // what they read; "[Photo]" where there are no words
  std::string external_id;  // what the answer calls it, "" if it gives no id
  std::string body;         // as received
};

// A request of ours to the platform's API.
struct ApiRequest {
  std::string method = "POST";
  std::string path;  // below api_base: what that adds in front is cut off
  std::string query;
  HeaderList headers = {};  // names in lower case
  std::string body;
  TimePoint received_at{};

  std::string_view header(std::string_view name) const;  // "" if absent
};

struct ApiAnswer {
  int status = 200;
  std::string content_type = "application/json";
  HeaderList headers = {};
  std::string body = {};
};

struct ApiOutcome {
  ApiAnswer answer;
  std::vector<AcceptedSend> sent = {};  // the messages this call brought to a customer, in order
};

// How often, and how long apart, the platform sends again what was not acknowledged.
struct Redelivery {
  int attempts_max = 1;
  Milliseconds timeout{};  // of one attempt
  Milliseconds pause{};    // before the next
};

class StandIn {
 public:
  virtual ~StandIn() = default;

  // Channels as a tenant might set them up, with made-up secrets that pass Connector::check(): one
  // a mode the platform has, the usual first. Each is made with sample_channel().
  virtual std::vector<Channel> samples(std::string_view api_base) const = 0;

  // The number-th customer there is, in the form the platform gives user ids; 0 is who speaks when
  // nobody says otherwise.
  virtual std::string user(std::uint64_t number) const = 0;

  virtual Redelivery redelivery() const = 0;

  // Errors: misconfigured (a user the platform would never name).
  virtual Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const = 0;

  // The platform tells what became of a send its API took. nullopt: it never says this of it.
  virtual std::optional<Dispatch> receipt(const Channel&, const AcceptedSend&, DeliveryState,
                                          TimePoint /*at*/) const {
    return std::nullopt;
  }

  // What a customer reads of our acknowledgement; "" if it carries no answer.
  virtual std::string passive_text(const Channel&, std::string_view /*body*/) const { return {}; }

  // Where customers hold a socket to us (ChatSessions): what this user's client says of itself. The
  // body of what deliver() makes is then a frame, and its proof is the session's.
  virtual ChatSessions::Hello hello(const Channel&, std::string_view /*user*/) const { return {}; }

  // Later fetched through api(): a record of a Dispatch.
  virtual void stock(std::string_view /*record*/) {}

  // Does this call bring a message to a customer? Asked before api(), so that a fault can turn it
  // away untouched. Tokens, uploads and typing do not.
  virtual bool is_send(const ApiRequest&) const { return false; }

  // Any call of the platform's API. nullopt: no path of this platform. Checks the token and refuses
  // what the platform would, as far as a test may rely on it.
  virtual std::optional<ApiOutcome> api(const ApiRequest&) { return std::nullopt; }

  // How the platform answers a send that comes too soon.
  virtual ApiAnswer throttled(int retry_after_s) const;

  // The access token in use is worth nothing from now on; the next one fetched is good. Nothing to
  // do where tokens do not expire.
  virtual void expire_token() {}
};

// What stand-ins share.

// tenant "demo"; `mode` "" for the only one. The id, unique among samples, is the platform's name
// and the mode's.
Channel sample_channel(std::string_view platform, std::string_view mode, std::string_view api_base);

std::string webhook_path(const Channel& channel);  // "/webhooks/demo/telegram"
std::int64_t unix_seconds(TimePoint time);

ApiAnswer json_answer(std::string body, int status = 200);
// One transparent pixel, for whoever fetches media.
ApiAnswer picture_answer();

// Text or number at a JSON pointer ("/message/text") as text, true and false too; "" if there is
// none or the body is no JSON.
std::string json_at(std::string_view body, std::string_view pointer);
// A field of a form body, percent- or multipart-encoded.
std::string form_field(const ApiRequest& request, std::string_view name);

}  // namespace parley::connectors
