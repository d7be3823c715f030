// conversation/codec.hpp
// The JSON form of the model, which is also what is stored: a row is one version byte and the JSON
// document, so history is served and streamed without encoding it again.
//
// Promise  decode(encode(x)) == x, if the texts in x are UTF-8, its raw JSON (channel_data,
// unknown)
//          is JSON without spaces, its numbers are finite and its years are 0 to 9999: whoever
//          lets text in checks that first (check_limits() does for a message). Members this version
//          does not know are kept in `unknown`, where the struct has one, and written back; a part
//          of an unknown type is kept whole as Unsupported. Default values are left out.
// Errors   decode of anything else gives malformed with the place; nothing throws. A null is an
//          absent member; of a repeated member the first counts. No text of the document is quoted
//          but member names of this format.
// Limits   a document of at most kDocumentBytesMax bytes and 32 levels; 256 members in an object;
//          16 levels inside what is kept raw.
// Threads  any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "conversation/capabilities.hpp"
#include "conversation/transition.hpp"

namespace parley {

inline constexpr char kStoredVersion = 1;
inline constexpr std::size_t kDocumentBytesMax = 1024 * 1024;

// JSON. An event's document carries "schema":"parley.event/1".
std::string to_json(const Event& event);
std::string to_json(const Message& message);
std::string to_json(const State& state);
std::string to_json(const Send& send);
std::string to_json(const BotCall& call);
std::string to_json(const QueueEntry& entry);
std::string to_json(const Assignment& assignment);
std::string to_json(const AgentPresence& presence);
std::string to_json(const Decision& decision);
std::string to_json(const DeadLetter& letter);
std::string to_json(const Relay& relay);
std::string to_json(const Identity& identity);
std::string to_json(const EpisodeRecord& record);
std::string to_json(const Trial& trial);
std::string to_json(const Capabilities& capabilities);

// T is one of the types above, except Capabilities.
template <class T>
Result<T> from_json(std::string_view json);

// Stored form: version byte + JSON. A newer version byte is malformed, "written by a newer ...".
template <class T>
std::string to_stored(const T& value) {
  std::string out(1, kStoredVersion);
  out += to_json(value);
  return out;
}
template <class T>
Result<T> from_stored(std::string_view bytes);
// The JSON inside a stored row, without decoding it; "" if the version byte is not ours.
std::string_view stored_json(std::string_view bytes) noexcept;

// A conversation's parts as a request body may give them ([{"type":"text","text":"hi"}]). Stricter
// than from_json: a type this version does not know is malformed, since a caller can correct it.
Result<std::vector<Part>> parts_from_json(std::string_view json);

std::vector<Row> transition_rows(const Transition& transition);
std::string identity_row_id(const IdentityKey& key);
// "<experiment>/<arm>/<episode id>": an experiment's rows lie together.
std::string trial_row_id(const Trial& trial);
// Of a message as the platform names it, for receipts that do not say whose it is.
std::string sent_row_id(const ChannelId& channel, std::string_view external_id);

}  // namespace parley
