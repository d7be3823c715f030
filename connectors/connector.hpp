// connectors/connector.hpp
// What one messaging platform must teach the gateway. A connector translates; it never opens a
// socket, reads a clock, writes to storage, retries, logs or knows another platform.
//
// Threads  every method is const and may run on any thread, concurrently.
// Errors   returned, never thrown; input is hostile until authenticate() has said otherwise. No
//          error text holds a secret or a message body.
// Limits   a request body has already passed the gateway's body limit; XML and JSON depth and
//          node limits are each connector's.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "conversation/capabilities.hpp"
#include "conversation/event.hpp"
#include "conversation/send.hpp"

namespace parley::connectors {

// One configured account on one platform.
struct Channel {
  TenantId tenant;
  ChannelId id;
  std::string platform;
  std::string api_base;  // "" is the platform's own; a simulator or proxy may stand in
  std::map<std::string, std::string> settings;
  std::map<std::string, Secret> secrets;

  std::string_view setting(std::string_view name) const;  // "" if absent
  const Secret& secret(std::string_view name) const;      // an empty one if absent
};

// A file's setting holds its text: "file:vendors/acme.toml", a path beside the tenant's own file.
enum class SettingKind : std::uint8_t { text, secret, choice, flag, url, file };

// What a tenant may write under [[channel]] for this platform; config/ checks against it.
struct Setting {
  std::string_view name;
  SettingKind kind = SettingKind::text;
  bool required = false;
  std::string_view default_value = {};
  std::vector<std::string_view> choices = {};
  std::string_view what = {};  // one line for the error message and the documentation
};

struct Header {
  std::string_view name, value;  // names in lower case
};

// Views into the connection's buffer; valid for the call only.
struct WebhookRequest {
  std::string_view method;  // "GET", "POST"
  std::string_view path;
  std::string_view query;   // raw, without '?'
  std::vector<Header> headers;
  std::string_view body;
  TimePoint received_at{};

  std::string_view header(std::string_view name) const;  // "" if absent
  // Percent-decoded value of the first such query parameter; "" if absent.
  std::string query_value(std::string_view name) const;
};

struct Reply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
};

struct MessageIn {
  Message message;  // direction inbound, content and fallback_text filled, id empty
};

struct SignalIn {
  EventType type = EventType::platform_event;
  PlatformEvent platform_event;
  std::optional<Target> target;
};

struct ReceiptIn {
  std::string external_id;  // of the message we sent
  DeliveryState state = DeliveryState::delivered;
  std::string error_code, error;
  // Instead of an id: all that was sent on this channel until then.
  std::optional<TimePoint> up_to = {};
  // Our own id of the send, where the platform gives it back. It settles a send whose answer was
  // lost, so it may only come of the last of several messages.
  std::string send = {};
};

enum class OptChange : std::uint8_t { none, opted_out, opted_in };

// One thing the platform told us.
struct Incoming {
  std::string dedup_key;  // unique within the channel; "" only for what may repeat harmlessly
  // Another key of the same thing, where the platform tells it twice under two names; or "".
  std::string dedup_alias = {};
  std::string account;    // the platform's name for our account
  Identity identity;      // who; key.value may be empty for receipts
  std::string recipient;  // how to address the answer (openid, chat id)
  std::string group;      // a group chat's id, "" for direct
  std::optional<TimePoint> occurred_at;
  std::variant<MessageIn, SignalIn, ReceiptIn> what;
  std::optional<Referral> referral;
  std::string opens_window;  // a ReplyPolicy trigger this event opens, or ""
  OptChange opt = OptChange::none;
  // One-shot right to answer, where the platform has one; the first answer's Send has it.
  std::string reply_token;
};

// The platform says only that there is something to fetch; the channel's EventSource does it.
struct Bell {
  std::string stream;             // which of the channel's streams; "" where there is but one
  std::string token = {};         // a short-lived right to pull, or ""
  Milliseconds token_lifetime{};  // from now
};

struct Parsed {
  std::vector<Incoming> events;       // in the order the platform sent them
  std::optional<Error> stopped = {};  // what ended parsing early; events before it stand
  std::vector<Bell> bells = {};       // what to pull now
  // The platform repeats for days what it sees refused, and a repeat would be no better: it gets
  // its acknowledgement even when nothing could be read.
  bool acknowledge_anyway = false;
};

// A part of a file to be sent as multipart/form-data; the gateway reads the bytes from our store,
// or, without `media`, fetches them from `url` first.
struct Upload {
  MediaId media;
  std::string field, file_name, mime;
  std::string url = {};
};

struct HttpCall {
  std::string method = "POST";
  // Absolute. smtp://host (587, STARTTLS) and smtps://host (465) submit a mail: the headers are its
  // envelope ("mail-from", "rcpt-to", "user", "password"), the body the whole message; the answer's
  // status is the server's reply code and its header "smtp-command" what was refused.
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string content_type = "application/json";
  std::string body = {};
  std::optional<Upload> upload = {};  // then `body` holds the form's other fields, form-encoded
  // The answer's bytes are the media asked for; one that turns out to be JSON or text (platforms
  // answer errors that way) goes to resume() instead.
  bool download = false;
  int step = 0;           // handed back to resume(); stored, so a restart continues mid-send
  std::string step_data = {};  // likewise, at most 4 KiB
};

struct HttpAnswer {
  int status = 0;
  std::vector<Header> headers;
  std::string_view body;
  std::string_view header(std::string_view name) const;
};

struct Sent {
  std::vector<std::string> external_ids = {};
  std::vector<std::string> degraded = {};  // what could not be shown and was left out or converted
};

// The platform says our access token is no good: renew it once and ask for the same step again.
struct RefreshToken {
  std::string code_text;
};

// For channels whose capabilities say socket: show `json` to the customer's connected clients.
struct Push {
  std::string json;
};

using SendStep = std::variant<HttpCall, Sent, Error, RefreshToken, Push>;

struct SendContext {
  const Send& send;
  const Channel& channel;
  std::string_view access_token;  // "" unless the platform has a TokenSource
  TimePoint now{};
};

class Connector {
 public:
  virtual ~Connector() = default;

  // Lower case; equals the folder, the config key and the metric label.
  virtual std::string_view platform() const noexcept = 0;

  // Callers branch on this, never on platform().
  virtual const Capabilities& capabilities() const noexcept = 0;

  virtual const std::vector<Setting>& settings() const noexcept = 0;

  // What is wrong with this channel's settings taken together; "" if nothing.
  virtual std::string check(const Channel&) const { return {}; }

  // Answers a platform's verification request; nullopt: this is not one.
  virtual std::optional<Result<Reply>> handshake(const WebhookRequest&, const Channel&) const {
    return std::nullopt;
  }

  // Proves the request came from the platform. Called before parse(), always.
  virtual Result<void> authenticate(const WebhookRequest&, const Channel&) const = 0;

  // Platform bytes in, events out. An update we do not handle is no event, not an error; an
  // unknown message type is an Unsupported part.
  virtual Parsed parse(const WebhookRequest&, const Channel&) const = 0;

  // What the platform wants to read once its events are stored.
  virtual Reply acknowledge(const WebhookRequest&, const Channel&) const { return {}; }

  // A send is a short dialogue: the connector says what to ask, the gateway asks it. start() is
  // called with send.step == 0; after a restart mid-way resume_at() gives the call of that step.
  virtual SendStep start(const SendContext&) const = 0;
  virtual SendStep resume(const SendContext&, int step, const HttpAnswer&) const = 0;
};

// Abilities some platforms have; null in the registry entry where there is none.

class TokenSource {
 public:
  struct Token {
    Secret value;
    Milliseconds lifetime{};
  };
  virtual ~TokenSource() = default;
  // Does this send need a token before its first call? A connector that finds out later says
  // RefreshToken.
  virtual bool needed(const SendContext&) const { return true; }
  // `force`: the last one was refused, a cached one must not come back.
  virtual HttpCall request(const Channel&, bool force) const = 0;
  virtual Result<Token> read(const HttpAnswer&) const = 0;
};

// The webhook's own answer can carry the reply.
class PassiveReply {
 public:
  virtual ~PassiveReply() = default;
  // nullopt: this message cannot go this way; use start(). `nonce` is 16+ random characters.
  virtual std::optional<Reply> render(const SendContext&, std::string_view account,
                                      std::string_view nonce) const = 0;
};

class Typing {
 public:
  virtual ~Typing() = default;
  virtual std::optional<HttpCall> typing(const std::string& recipient, bool on, const Channel&,
                                         std::string_view access_token) const = 0;
  // For platforms that show it below a message of the customer's: `last_message` is their latest
  // as the platform names it, "" if there is none.
  virtual std::optional<HttpCall> typing_after(const std::string& /*last_message*/,
                                               const std::string& recipient, bool on,
                                               const Channel& channel,
                                               std::string_view access_token) const {
    return typing(recipient, on, channel, access_token);
  }
};

// Platforms whose events we fetch, page by page from a cursor: a webhook is only a bell there, or
// there is none. Everything about when, how often and what is stored is the gateway's.
class EventSource {
 public:
  struct Plan {
    std::vector<std::string> streams;     // known beforehand; bells may name others. "" is a name
    Milliseconds every{600'000};          // between two pulls that nobody rang for
    Milliseconds answer_within{30'000};   // a long poll is answered late
  };
  struct Pull {
    std::string_view stream;
    std::string_view cursor;        // "": nothing was ever pulled
    std::string_view bell_token;    // "" without a bell, or when its time is over
    std::string_view access_token;  // "" unless the platform has a TokenSource
  };
  struct Page {
    std::vector<Incoming> events;  // in the order they happened
    std::string cursor;            // where the next pull goes on; kept once the events are stored
    bool more = false;             // there is another page now
    std::size_t skipped = 0;       // entries that could not be read
  };
  using Read = std::variant<Page, Error, RefreshToken>;

  virtual ~EventSource() = default;
  // nullopt: this channel's events are pushed.
  virtual std::optional<Plan> plan(const Channel&) const = 0;
  virtual HttpCall pull(const Channel&, const Pull&) const = 0;
  // Errors: unauthenticated means that the bell's token is no good; it is left out next time. An
  // entry that cannot be read is skipped and counted, for the page must not come back for ever.
  virtual Read read(const Channel&, const Pull&, const HttpAnswer&) const = 0;
};

// What a platform knows of a customer beside what they say.
class ProfileSource {
 public:
  struct Profile {
    std::string display_name, language, avatar_url;
    std::string union_id;  // joins the accounts of one owner; "" if none
  };
  using Read = std::variant<Profile, Error, RefreshToken>;

  virtual ~ProfileSource() = default;
  virtual HttpCall ask(const Channel&, const IdentityKey&, std::string_view access_token) const = 0;
  // Errors: not_found and rejected: the platform tells nothing of this one, ever.
  virtual Read read(const IdentityKey&, const HttpAnswer&) const = 0;
};

// How to get the bytes of media a customer sent. Steps as in a send; the call with `download` set
// ends the dialogue.
class MediaSource {
 public:
  virtual ~MediaSource() = default;
  virtual std::variant<HttpCall, Error, RefreshToken> start(const Media&, const Channel&,
                                                            std::string_view token) const = 0;
  virtual std::variant<HttpCall, Error, RefreshToken> resume(const Media&, const Channel&,
                                                             std::string_view token, int step,
                                                             const HttpAnswer&) const = 0;
};

// Channels whose customers hold a socket to us: who they are, and how they prove it next time.
class ChatSessions {
 public:
  struct Hello {  // what a client says of itself; all of it may be empty
    std::string token;       // of an earlier session
    std::string user_token;  // signed by the tenant's own site
    std::string user, user_hash;
  };
  struct Session {
    std::string token;       // shown in the `session_header` of every request we make for it
    IdentityKey identity;
    std::string display_name;
    TimePoint expires_at{};
  };
  virtual ~ChatSessions() = default;
  virtual std::string_view session_header() const noexcept = 0;
  virtual bool origin_allowed(const Channel&, std::string_view origin) const = 0;
  // `fresh_id`: 32 random hex digits for a visitor never seen. Errors: unauthenticated when a
  // token or hash is given and does not hold.
  virtual Result<Session> open(const Channel&, const Hello&, std::string_view fresh_id,
                               TimePoint now) const = 0;
};

}  // namespace parley::connectors
