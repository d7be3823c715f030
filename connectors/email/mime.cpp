#include "connectors/email/mime.hpp"

#include <simdjson.h>

#include <algorithm>

#include "connectors/charset.hpp"
#include "connectors/email/encoding.hpp"

namespace parley::connectors::email {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

std::string_view trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

// The next line without its end; moves past it.
std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// A parameter of "type/sub; name=value; name2=\"v 2\"", also in the RFC 2231 forms name*=utf-8''v
// and name*0=v; name*1=w.
std::string parameter(std::string_view header, std::string_view wanted) {
  std::string pieces;
  bool pieces_extended = false;
  auto at = header.find(';');
  while (at != std::string_view::npos) {
    header.remove_prefix(at + 1);
    const auto equals = header.find('=');
    if (equals == std::string_view::npos) break;
    std::string name = lower_ascii(trimmed(header.substr(0, equals)));
    header = header.substr(equals + 1);
    header.remove_prefix(std::min(header.find_first_not_of(kSpace), header.size()));
    std::string value;
    if (header.starts_with('"')) {
      std::size_t i = 1;
      for (; i < header.size() && header[i] != '"'; ++i) {
        if (header[i] == '\\' && i + 1 < header.size()) ++i;
        value += header[i];
      }
      header.remove_prefix(std::min(i + 1, header.size()));
    } else {
      value = trimmed(header.substr(0, header.find(';')));
    }
    const bool extended = name.ends_with('*');
    if (extended) name.pop_back();
    if (name == wanted) return extended ? extended_value(value) : value;
    const bool piece = name.starts_with(wanted) && name.substr(wanted.size()).starts_with('*');
    if (piece) {
      pieces += value;
      pieces_extended = pieces_extended || extended;
    }
    at = header.find(';');
  }
  return pieces_extended ? extended_value(pieces) : pieces;
}

class Reader {
 public:
  // `whole`: a multipart without its end is refused, not read as far as it goes.
  explicit Reader(bool whole) : whole_(whole) {}

  Result<MimePart> message(std::string_view raw, std::size_t depth) {
    MimePart part;
    auto body = read_headers(raw, part, depth > 0);
    if (!body) return std::move(body.error());
    if (auto done = describe(part, part.header("content-type")); !done)
      return std::move(done.error());
    if (auto done = read_body(part, *body, depth); !done) return std::move(done.error());
    return part;
  }

  Result<MimePart> body(std::string_view content_type, std::string_view raw) {
    MimePart part;
    part.headers.emplace_back("content-type", content_type);
    if (auto done = describe(part, content_type); !done) return std::move(done.error());
    if (auto done = read_body(part, raw, 0); !done) return std::move(done.error());
    return part;
  }

 private:
  // What follows the headers; a part of a mail may consist of them alone.
  static Result<std::string_view> read_headers(std::string_view raw, MimePart& part, bool inner) {
    std::string_view rest = raw;
    for (;;) {
      if (rest.empty() && inner) return rest;
      if (rest.empty()) return malformed("the headers of the mail do not end");
      const auto line_start = rest;
      const auto line = next_line(rest);
      if (line.empty()) return rest;
      if (raw.size() - rest.size() > kHeaderBytesMax) return malformed("the headers are too large");
      if (line.front() == ' ' || line.front() == '\t') {
        if (!part.headers.empty()) part.headers.back().second += " " + std::string(trimmed(line));
        continue;
      }
      const auto colon = line.find(':');
      if (colon == std::string_view::npos) {
        // mbox's "From " line; anything else is no mail.
        if (part.headers.empty() && line.starts_with("From ")) continue;
        if (inner) return line_start;  // a part without headers, and without the empty line
        return malformed("a header of the mail has no name");
      }
      if (part.headers.size() >= kHeadersMax) return malformed("the mail has too many headers");
      part.headers.emplace_back(lower_ascii(trimmed(line.substr(0, colon))),
                                trimmed(line.substr(colon + 1)));
    }
  }

  Result<void> describe(MimePart& part, std::string_view content_type) {
    if (++count_ > kMimePartsMax) return malformed("the mail has too many parts");
    const std::string header(content_type);
    const std::string type = lower_ascii(trimmed(header.substr(0, header.find(';'))));
    if (type.find('/') != std::string::npos) part.type = type;
    part.charset = lower_ascii(parameter(header, "charset"));
    const auto disposition = part.header("content-disposition");
    part.attachment = lower_ascii(disposition.substr(0, 10)) == "attachment";
    part.form_name = clean_utf8(parameter(disposition, "name"));
    std::string name = parameter(disposition, "filename");
    if (name.empty()) name = parameter(header, "name");
    part.filename = decode_words(name);
    return {};
  }

  Result<void> read_body(MimePart& part, std::string_view body, std::size_t depth) {
    const bool multipart = part.type.starts_with("multipart/");
    if ((multipart || part.type == "message/rfc822") && depth >= kMimeDepthMax) {
      return malformed("the mail is nested too deeply");
    }
    if (multipart) return read_parts(part, body, depth);
    part.body = transfer_decoded(body, part.header("content-transfer-encoding"));
    if (part.type != "message/rfc822" || part.attachment) return {};
    auto inner = message(part.body, depth + 1);
    if (inner) part.parts.push_back(*std::move(inner));
    return {};  // a mail inside that cannot be read is an attachment like any other
  }

  Result<void> read_parts(MimePart& part, std::string_view body, std::size_t depth) {
    const std::string boundary = "--" + parameter(part.header("content-type"), "boundary");
    if (boundary.size() < 3 || boundary.size() > 202)
      return malformed("a multipart has no boundary");
    std::string_view rest = body;
    const char* start = nullptr;  // of the part being read
    while (!rest.empty()) {
      const char* line_start = rest.data();
      const auto line = next_line(rest);
      if (!line.starts_with(boundary)) continue;
      const auto tail = trimmed(line.substr(boundary.size()));
      const bool last = tail == "--";
      if (!last && !tail.empty()) continue;
      if (start != nullptr) {
        auto inside = std::string_view(start, static_cast<std::size_t>(line_start - start));
        // The line end before a boundary belongs to it.
        if (inside.ends_with('\n')) inside.remove_suffix(1);
        if (inside.ends_with('\r')) inside.remove_suffix(1);
        if (auto done = add_child(part, inside, depth); !done) return done;
      }
      if (last) return {};
      start = rest.data();
    }
    if (whole_ || start == nullptr) return malformed("a multipart does not end");
    return add_child(part, std::string_view(start, body.data() + body.size()), depth);
  }

  Result<void> add_child(MimePart& part, std::string_view inside, std::size_t depth) {
    auto child = message(inside, depth + 1);
    if (!child) return std::move(child.error());
    part.parts.push_back(*std::move(child));
    return {};
  }

  const bool whole_;
  std::size_t count_ = 0;
};

}  // namespace

std::string_view MimePart::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

Result<MimePart> parse_mime(std::string_view raw) {
  while (raw.starts_with('\n') || raw.starts_with('\r')) raw.remove_prefix(1);
  return Reader(false).message(raw, 0);
}

Result<MimePart> parse_mime_body(std::string_view content_type, std::string_view body) {
  return Reader(true).body(content_type, body);
}

std::string text_of(const MimePart& part) {
  const bool ascii = part.charset.empty() || part.charset == "us-ascii" || part.charset == "ascii";
  // Many senders declare less than they send.
  const bool utf8 = simdjson::validate_utf8(part.body.data(), part.body.size());
  if (utf8 && (ascii || part.charset == "utf-8" || part.charset == "utf8")) return part.body;
  auto text = to_utf8(part.body, ascii ? "windows-1252" : part.charset);
  return text ? *std::move(text) : clean_utf8(part.body);
}

}  // namespace parley::connectors::email
