// The reading half of conversation/codec.hpp.
#include "conversation/codec.hpp"
#include "conversation/detail/json_in.hpp"

namespace parley {
namespace detail {

void read_part(Reader& reader, const Place& place, Element from, Part& to) {
  Members members(reader, place, from);
  if (reader.failed()) return;
  const Place type_place{.up = &place, .name = "type"};
  Element type_element;
  if (from.at_key("type").get(type_element)) return reader.fail(type_place, "is missing");
  const auto type = read_text(reader, type_place, type_element);
  if (reader.failed()) return;

  auto part = part_of_type(type);
  if (!part && reader.types() == Reader::Types::only_known) {
    std::string what = "must be one of";
    for (const auto known : part_types()) what.append(known == "text" ? " " : "|").append(known);
    return reader.fail(type_place, what);
  }
  if (!part) {
    Unsupported kept;
    kept.provider_type = type;
    members.take_unknown(reader, place, kept.unknown);  // "type" too, so writing gives it back
    to = std::move(kept);
    return;
  }
  (void)members.take("type");
  to = *std::move(part);
  std::visit([&](auto& held) { read_members(reader, place, members, held); }, to);
}

}  // namespace detail

namespace {

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kKeptParserBytes = 64 * 1024;

// A parser a thread, so that a turn allocates none; one large document does not keep its memory.
class ParserLease {
 public:
  ~ParserLease() {
    if (parser().capacity() > kKeptParserBytes) parser() = simdjson::dom::parser();
  }
  Result<detail::Element> parse(std::string_view json) {
    if (json.size() > kDocumentBytesMax) {
      return Error{.code = Errc::malformed,
                   .detail = "larger than " + std::to_string(kDocumentBytesMax) + " bytes"};
    }
    if (json.empty()) return Error{.code = Errc::malformed, .detail = "empty"};
    auto& with = parser();
    auto error = with.max_depth() == kDepthMax ? simdjson::SUCCESS
                                               : with.allocate(json.size() + 1, kDepthMax);
    detail::Element root;
    if (!error) error = with.parse(json.data(), json.size()).get(root);
    if (error) {
      return Error{.code = Errc::malformed,
                   .detail = std::string("not JSON: ") + simdjson::error_message(error)};
    }
    return root;
  }

 private:
  static simdjson::dom::parser& parser() {
    thread_local simdjson::dom::parser kept;
    return kept;
  }
};

template <class T>
Result<T> decode(std::string_view json, detail::Reader::Types types) {
  ParserLease lease;
  const auto root = lease.parse(json);
  if (!root) return root.error();
  detail::Reader reader(types);
  T value{};
  detail::read_value(reader, detail::Place{}, *root, value);
  if (reader.failed()) return reader.error();
  return value;
}

}  // namespace

template <class T>
Result<T> from_json(std::string_view json) {
  return decode<T>(json, detail::Reader::Types::keep_unknown);
}

template <class T>
Result<T> from_stored(std::string_view bytes) {
  const auto json = stored_json(bytes);
  if (!json.empty()) return from_json<T>(json);
  if (!bytes.empty() && bytes[0] > kStoredVersion) {
    return Error{.code = Errc::malformed,
                 .detail = "written by a newer version: stored form " +
                           std::to_string(static_cast<int>(bytes[0])) + ", this one reads " +
                           std::to_string(static_cast<int>(kStoredVersion))};
  }
  return Error{.code = Errc::malformed, .detail = "not a stored document"};
}

#define PARLEY_DECODES(T)                         \
  template Result<T> from_json(std::string_view); \
  template Result<T> from_stored(std::string_view)
PARLEY_DECODES(Event);
PARLEY_DECODES(Message);
PARLEY_DECODES(State);
PARLEY_DECODES(Send);
PARLEY_DECODES(BotCall);
PARLEY_DECODES(QueueEntry);
PARLEY_DECODES(Assignment);
PARLEY_DECODES(AgentPresence);
PARLEY_DECODES(Decision);
PARLEY_DECODES(DeadLetter);
PARLEY_DECODES(Relay);
PARLEY_DECODES(Identity);
PARLEY_DECODES(EpisodeRecord);
PARLEY_DECODES(Trial);
#undef PARLEY_DECODES

std::string_view stored_json(std::string_view bytes) noexcept {
  if (bytes.empty() || bytes[0] != kStoredVersion) return {};
  return bytes.substr(1);
}

Result<std::vector<Part>> parts_from_json(std::string_view json) {
  auto parts = decode<std::vector<Part>>(json, detail::Reader::Types::only_known);
  if (parts && parts->size() > kPartsMax) {
    return Error{.code = Errc::malformed,
                 .detail = "more than " + std::to_string(kPartsMax) + " parts"};
  }
  return parts;
}

}  // namespace parley
