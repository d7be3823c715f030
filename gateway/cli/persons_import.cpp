// parley persons import: rows of a CSV file into profiles, some hundred a call. Doing it
// again changes nothing, so whatever stopped it, the cure is to run it anew.
#include <simdjson.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <set>
#include <thread>

#include "base/json_writer.hpp"
#include "gateway/api/body.hpp"
#include "gateway/cli/api_client.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/csv.hpp"

namespace parley::gateway {
namespace {

constexpr int kExitConfig = 2;
constexpr std::size_t kBatchRowsMax = 200;
constexpr std::size_t kBatchBytesMax = 512 * 1024;  // half of what the API takes
constexpr std::size_t kErrorBytesMax = 4 * 1024;
constexpr int kAttemptsMax = 6;
constexpr int kWaitSecondsMax = 60;

enum class Cell : std::uint8_t { id, display_name, language, text, number, flag };

struct Column {
  Cell cell = Cell::text;
  std::string name;
};

Error wrong(std::string what) { return {.code = Errc::malformed, .detail = std::move(what)}; }

// "orders:number", "vip:bool"; anything else is a text.
Result<Column> column_of(const std::string& header, const std::string& id_column) {
  if (header.empty()) return wrong("line 1: a column without a name");
  if (header == id_column) return Column{.cell = Cell::id, .name = header};
  if (header == "display_name") return Column{.cell = Cell::display_name, .name = header};
  if (header == "language") return Column{.cell = Cell::language, .name = header};
  const auto colon = header.rfind(':');
  if (colon == header.npos) return Column{.cell = Cell::text, .name = header};
  const auto type = header.substr(colon + 1);
  Column out{.cell = Cell::text, .name = header.substr(0, colon)};
  if (type == "number") {
    out.cell = Cell::number;
  } else if (type == "bool") {
    out.cell = Cell::flag;
  } else if (type != "text") {
    return wrong("line 1: the column \"" + header + "\"; expected :number, :bool or :text behind " +
                 "its name, or nothing");
  }
  return out;
}

Result<std::vector<Column>> columns_of(const std::vector<std::string>& headers,
                                       const std::string& id_column) {
  std::vector<Column> out;
  std::set<std::string> names;
  for (const auto& header : headers) {
    auto column = column_of(header, id_column);
    if (!column) return std::move(column.error());
    if (!names.insert(column->name).second) {
      return wrong("line 1: the column \"" + column->name + "\" stands there twice");
    }
    out.push_back(std::move(*column));
  }
  if (!std::ranges::any_of(out, [](const Column& c) { return c.cell == Cell::id; })) {
    return wrong("line 1: no column \"" + id_column +
                 "\"; expected one with your own id of the customer, or --id-column NAME");
  }
  if (out.size() < 2) return wrong("line 1: only the id; expected columns with attributes too");
  return out;
}

Result<void> write_cell(JsonWriter& out, const Column& column, const std::string& text) {
  if (column.cell == Cell::flag) {
    if (text != "true" && text != "false") {
      return wrong("column " + column.name + ": expected true or false");
    }
    out.member(column.name, text == "true");
    return {};
  }
  if (column.cell != Cell::number) {
    out.member(column.name, text);
    return {};
  }
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || number - number != 0) {
    return wrong("column " + column.name + ": expected a number");
  }
  out.member(column.name, number);
  return {};
}

// One entry of the batch, or what is wrong with the row.
Result<std::string> entry_of(const std::vector<Column>& columns, const CsvRecord& record,
                             bool empty_erases) {
  if (record.fields.size() != columns.size()) {
    return wrong(std::to_string(record.fields.size()) + " fields; expected " +
                 std::to_string(columns.size()) + " as in line 1");
  }
  JsonWriter head, attributes;
  head.begin_object();
  attributes.begin_object();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& [cell, name] = columns[i];
    const std::string& text = record.fields[i];
    if (!simdjson::validate_utf8(text.data(), text.size())) {
      return wrong("column " + name + ": not UTF-8");
    }
    if (cell == Cell::id) {
      if (text.empty()) return wrong("column " + name + " is empty");
      head.member("external_user", text);
    } else if (cell == Cell::display_name || cell == Cell::language) {
      if (!text.empty()) head.member(name, text);
    } else if (!text.empty()) {
      if (auto written = write_cell(attributes, columns[i], text); !written) return written.error();
    } else if (empty_erases) {
      attributes.key(name).null();
    }
  }
  attributes.end_object();
  head.key("attributes").raw(attributes.take()).end_object();
  return head.take();
}

class Import {
 public:
  Import(const PersonsOptions& options, ApiClient& client)
      : options_(options), client_(client), live_(::isatty(STDERR_FILENO) == 1) {}

  // An error ends it; rows that were refused do not.
  Result<void> run(std::istream& in) {
    CsvReader reader(in);
    CsvRecord record;
    auto more = reader.next(record);
    if (!more) return more.error();
    if (!*more) return wrong("line 1: the file is empty; expected a line that names the columns");
    const auto columns = columns_of(record.fields, options_.id_column);
    if (!columns) return columns.error();
    for (;;) {
      more = reader.next(record);
      if (!more || !*more) break;
      auto entry = entry_of(*columns, record, options_.empty_erases);
      if (!entry) {
        refuse(record.line, entry.error().detail);
        continue;
      }
      if (bytes_ + entry->size() > kBatchBytesMax || lines_.size() == kBatchRowsMax) {
        if (auto sent = send(); !sent) return sent;
      }
      body_ += (lines_.empty() ? "" : ",") + *entry;
      bytes_ += entry->size() + 1;
      lines_.push_back(record.line);
    }
    if (auto sent = send(); !sent) return sent;  // what stands before the damage is done
    if (!more) return more.error();
    return {};
  }

  bool all_well() const { return failed_ == 0; }
  std::string summary() const {
    return std::to_string(updated_ + kept_ + failed_) + " rows: " + std::to_string(updated_) +
           " updated, " + std::to_string(kept_) + " kept for a first visit, " +
           std::to_string(failed_) + " refused";
  }
  std::size_t last_line() const { return last_line_; }

 private:
  void refuse(std::size_t line, const std::string& why) {
    ++failed_;
    std::cerr << (live_ ? "\r" : "") << options_.file << ':' << line << ": " << why << '\n';
  }

  Result<void> send() {
    if (lines_.empty()) return {};
    const auto answer = call_patiently("{\"persons\":[" + body_ + "]}");
    if (!answer) return answer.error();
    if (auto read = read_results(answer->body); !read) return read;
    last_line_ = lines_.back();
    lines_.clear();
    body_.clear();
    bytes_ = 0;
    if (live_) std::cerr << '\r' << summary() << std::flush;
    return {};
  }

  // A gateway that is busy or starts anew is asked again, a little later each time.
  Result<http::ClientAnswer> call_patiently(const std::string& body) {
    int wait_s = 1;
    for (int attempt = 1;; ++attempt, wait_s = std::min(2 * wait_s, kWaitSecondsMax)) {
      auto answer = client_.call_blocking("POST", "/v1/persons/batch", body);
      const bool busy = answer && (answer->status == 429 || answer->status == 503);
      if (answer && !busy) {
        if (answer->status == 200) return answer;
        return Error{.code = Errc::rejected, .detail = problem_text(*answer)};
      }
      const std::string why = answer ? problem_text(*answer) : answer.error().detail;
      if (attempt == kAttemptsMax || (!answer && last_line_ == 0)) {
        return Error{.code = Errc::unavailable, .detail = why};
      }
      if (answer) wait_s = std::max(wait_s, retry_after(*answer));
      std::cerr << (live_ ? "\n" : "") << why << "; again in " << wait_s << " s\n";
      std::this_thread::sleep_for(std::chrono::seconds(wait_s));
    }
  }

  static int retry_after(const http::ClientAnswer& answer) {
    for (const auto& [name, value] : answer.headers) {
      int seconds = 0;
      if (name != "retry-after") continue;
      std::from_chars(value.data(), value.data() + value.size(), seconds);
      return std::clamp(seconds, 1, kWaitSecondsMax);
    }
    return 1;
  }

  Result<void> read_results(const std::string& json) {
    Body body(json);
    const auto results = body.raw_elements("results", kBatchRowsMax);
    if (results.size() != lines_.size()) {
      return Error{.code = Errc::unavailable, .detail = "an answer that fits another question"};
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
      Body result(results[i]);
      const auto status = result.text("status", kErrorBytesMax).value_or("");
      if (status == "updated") {
        ++updated_;
      } else if (status == "kept") {
        ++kept_;
      } else {
        refuse(lines_[i], result.text("error", kErrorBytesMax).value_or("refused"));
      }
    }
    return {};
  }

  const PersonsOptions& options_;
  ApiClient& client_;
  const bool live_;
  std::string body_;
  std::vector<std::size_t> lines_;  // of the rows in the body
  std::size_t bytes_ = 0, last_line_ = 0;
  std::size_t updated_ = 0, kept_ = 0, failed_ = 0;
};

}  // namespace

int run_persons_import(const PersonsOptions& options) {
  std::ifstream in(options.file, std::ios::binary);
  if (!in || in.peek() == std::char_traits<char>::eof()) {
    std::cerr << "persons import: " << options.file << (in ? ": is empty" : ": cannot be read")
              << "; expected a CSV file\n";
    return kExitConfig;
  }
  auto client = ApiClient::open(options.url, options.key);
  if (!client) {
    std::cerr << "persons import: " << client.error().detail << " of scope admin\n";
    return kExitConfig;
  }
  Import import(options, **client);
  const auto done = import.run(in);
  std::cerr << import.summary() << '\n';
  if (done) return import.all_well() ? 0 : 1;
  const bool in_file = done.error().code == Errc::malformed;
  std::cerr << "persons import: " << (in_file ? options.file : options.url) << ": "
            << done.error().detail << '\n';
  if (import.last_line() > 0) {
    std::cerr << "done up to line " << import.last_line()
              << "; run it again when that is mended: rows that are done already do not change\n";
  }
  return in_file && import.last_line() == 0 ? kExitConfig : 1;
}

}  // namespace parley::gateway
