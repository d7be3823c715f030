#include "gateway/cli/csv.hpp"

#include <istream>
#include <string_view>

namespace parley::gateway {
namespace {

constexpr int kEnd = std::char_traits<char>::eof();

Error wrong(std::size_t line, std::string_view what) {
  return {.code = Errc::malformed,
          .detail = "line " + std::to_string(line) + ": " + std::string(what)};
}

}  // namespace

CsvReader::CsvReader(std::istream& in) : in_(in) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  for (const char each : kMark) {
    if (peek() != static_cast<unsigned char>(each)) return;
    in_.rdbuf()->sbumpc();
  }
}

int CsvReader::peek() const { return in_.rdbuf()->sgetc(); }

// A line break of two characters is one.
int CsvReader::take() {
  int c = in_.rdbuf()->sbumpc();
  if (c == '\r' && peek() == '\n') c = in_.rdbuf()->sbumpc();
  if (c == '\n') ++line_;
  return c;
}

Result<void> CsvReader::put(CsvRecord& record, int c) {
  if (++bytes_ > kCsvRecordBytesMax) {
    return wrong(record.line, "a record of more than " + std::to_string(kCsvRecordBytesMax) +
                                  " bytes; perhaps a quote is not closed");
  }
  record.fields.back() += static_cast<char>(c);
  return {};
}

// Behind the opening quote; ends behind the closing one.
Result<void> CsvReader::read_quoted(CsvRecord& record) {
  for (;;) {
    const int c = take();
    if (c == kEnd) return wrong(record.line, "a quote that is never closed");
    if (c == '"') {
      if (peek() != '"') break;
      take();
    }
    if (auto kept = put(record, c); !kept) return kept;
  }
  const int next = peek();
  if (next != ',' && next != '\n' && next != '\r' && next != kEnd) {
    return wrong(line_, "text behind a closing quote; expected a comma or the end of the line");
  }
  return {};
}

Result<void> CsvReader::read_record(CsvRecord& record) {
  record = {.line = line_, .fields = {""}};
  bytes_ = 0;
  bool fresh = true;  // nothing of this field was read yet
  for (;;) {
    const int c = take();
    if (c == kEnd || c == '\n') return {};
    if (c == ',') {
      if (record.fields.size() == kCsvFieldsMax) {
        return wrong(record.line, "more than " + std::to_string(kCsvFieldsMax) + " fields");
      }
      record.fields.emplace_back();
      fresh = true;
    } else if (c == '"') {
      if (!fresh) return wrong(line_, "a quote inside a field; expected the whole field quoted");
      if (auto read = read_quoted(record); !read) return read;
      fresh = false;
    } else {
      if (auto kept = put(record, c); !kept) return kept;
      fresh = false;
    }
  }
}

Result<bool> CsvReader::next(CsvRecord& record) {
  while (peek() != kEnd) {
    if (auto read = read_record(record); !read) return read.error();
    if (record.fields.size() > 1 || !record.fields.front().empty()) return true;
  }
  return false;
}

}  // namespace parley::gateway
