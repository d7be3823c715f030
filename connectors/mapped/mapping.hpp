// connectors/mapped/mapping.hpp
// A compiled mapping: how one vendor's webhooks are proven and read, and how its API is called.
//
// Limits   those of toml_node.hpp, value.hpp and path.hpp; kRulesMax rules of each kind.
// Errors   compile: misconfigured, "line N: what; expected ...". A mapping that compiled cannot
//          fail later but by what the requests and answers hold.
// Threads  immutable once compiled.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/mapped/expr.hpp"

namespace parley::connectors::mapped {

inline constexpr std::size_t kRulesMax = 64;

enum class BodyKind : std::uint8_t { json, form, xml, query, automatic };

// --- settings and proof

struct Proof {
  enum class Kind : std::uint8_t { secret, basic, hmac, digest };
  std::string name;  // what `webhook_auth` calls it
  Kind kind = Kind::secret;
  std::string secret;         // the setting that holds it
  std::optional<Path> given;  // where the request shows it
  std::string prefix;         // before it: "Bearer ", "sha256="
  Template algorithm;         // sha1, sha256, sha512, md5
  Template over;
  bool base64 = false;
  Expr user;                         // of basic
  std::string each_field;            // "{fields}": "&{name}={value}" for every field, sorted
  std::vector<std::string> without;  // fields left out of it
  std::string underscored;           // characters of values that become '_'
  std::optional<Path> timestamp;     // seconds; must be near
  Milliseconds tolerance{300'000};
};

// --- inbound

struct Field {
  enum class As : std::uint8_t { text, phone };
  Expr of;
  As as = As::text;
  bool required = false;
  Decode decode;
  Expr decode_by;  // chooses one of `decodes`
  std::vector<std::pair<std::string, Decode>> decodes;

  bool absent() const noexcept { return of.absent(); }
};

struct MediaIn {
  std::optional<Path> each;
  Field url, mime, name;
  std::vector<Condition> when;
};

struct InboundRule {
  enum class Kind : std::uint8_t { message, status, event, ignore };
  Kind kind = Kind::message;
  std::vector<Condition> when;
  std::optional<Path> each;
  Field id, dedup, sender, account, text, time, name, reply_to, group, recipient;
  Field state, code, error;  // of a status
  Field type, key;           // of an event
  std::vector<std::string> time_formats;
  std::string account_is;  // the setting `account` must equal, if that is a number
  MediaIn media;
  std::vector<std::pair<std::string, Field>> attributes;
};

// --- outbound

struct TextRule {
  enum class Unit : std::uint8_t { characters, utf16, bytes, segments };
  std::size_t max = 1600;
  Unit unit = Unit::utf16;
  bool attach = false;        // media go beside the text, else as links in it
  std::size_t media_max = 0;  // of one request; 0: as many as there are
};

struct JsonNode {
  enum class Kind : std::uint8_t { raw, text, object, list };
  Kind kind = Kind::raw;
  std::string name = {};
  bool optional = false;  // "name?": left out when it is empty
  std::string raw = {};
  Expr text = {};
  std::vector<JsonNode> items = {};
  std::vector<Condition> when = {};  // "?"
  std::optional<Path> each = {};     // "*": once for every value
};

struct Request {
  std::vector<Condition> when;
  std::string method = "POST";
  Template url;
  std::vector<std::pair<std::string, Expr>> headers;
  enum class Body : std::uint8_t { none, json, form, query, xml } body = Body::form;
  std::vector<std::pair<std::string, Expr>> fields;
  JsonNode json;
  Template xml;
  std::string content_type;
};

enum class Means : std::uint8_t {
  sent,
  retry,
  throttled,
  recipient_gone,
  window_closed,
  misconfigured,
  rejected,
  uncertain
};

struct AnswerRule {
  std::vector<Condition> when;
  Means means = Means::rejected;
  Expr code, error, retry_after;
  Milliseconds retry_unit{1000};
};

struct Answer {
  BodyKind body = BodyKind::json;
  std::optional<Path> id;
  std::vector<AnswerRule> rules;
};

struct Fetch {
  std::vector<std::string> from;  // beginnings of addresses these headers may go to
  std::vector<std::pair<std::string, Expr>> headers;
};

struct Mapping {
  std::string title, base;
  BodyKind body = BodyKind::automatic;
  std::string charset = "utf-8";
  std::deque<std::string> words;  // what `settings` point into
  std::vector<Setting> settings;
  std::vector<Proof> proofs;
  std::vector<InboundRule> inbound;
  std::vector<std::string> opt_out, opt_in;  // whole texts, lower case
  TextRule text;
  std::vector<std::pair<std::string, Expr>> vars;
  std::vector<Request> sends;
  Answer answer;
  Reply reply;
  Fetch fetch;
};

// `allowed`: the settings a file may use where they are fixed (null: it names its own).
Result<std::shared_ptr<const Mapping>> compile_mapping(
    std::string_view toml, const std::vector<Setting>* allowed = nullptr);

// The settings a tenant's mapping file may use; a preset names its own.
const std::vector<Setting>& file_settings();

// A tenant's file, compiled once by each thread that asks for it: reading a mapping takes far
// longer than using it. kKeptMax of them are kept a thread.
inline constexpr std::size_t kKeptMax = 64;
Result<std::shared_ptr<const Mapping>> kept_mapping(std::string_view toml);

}  // namespace parley::connectors::mapped
