// parley corrections export: what people corrected, in the lines that `parley train` reads.
#include <iostream>

#include "gateway/api/body.hpp"
#include "gateway/cli/api_client.hpp"
#include "gateway/cli/commands.hpp"
#include "routing/text/adopt.hpp"

namespace parley::gateway {
namespace {

constexpr int kExitConfig = 2;
constexpr std::size_t kPage = 200;
constexpr std::size_t kTextBytesMax = 1 << 20;

// One text, one line: what separates rows becomes a blank.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  return text;
}

struct Rows {
  std::string text;
  std::size_t taken = 0;  // have the label and their words
  std::size_t wordless = 0;
  std::string next;
};

// A sentiment row says of what kind its text is, whatever the file will be called; "@@ " keeps a
// text that begins with "@@" from being read as one.
std::string row_of(const std::string& task, const std::string& label, const std::string& kind,
                   const std::string& text) {
  std::string mark;
  if (task == "sentiment") {
    mark = "@@" + (kind.empty() ? "cs" : kind) + " ";
  } else if (text.starts_with("@@")) {
    mark = "@@ ";
  }
  return label + '\t' + mark + one_line(text) + '\n';
}

void read_page(const std::string& body, const std::string& task, Rows& rows) {
  Body page(body);
  for (const auto& each : page.raw_elements("corrections", kPage)) {
    Body item(each);
    const auto label = item.text(task, kTextBytesMax).value_or("");
    if (label.empty()) continue;
    const auto text = item.text("text", kTextBytesMax).value_or("");
    if (text.empty()) {
      ++rows.wordless;
      continue;
    }
    ++rows.taken;
    rows.text += row_of(task, label, item.text("text_kind", kTextBytesMax).value_or(""), text);
  }
  rows.next = page.text("next", kTextBytesMax).value_or("");
}

// All pages; an error in words.
Result<Rows> read_all(ApiClient& client, const std::string& task) {
  Rows rows;
  do {
    const std::string cursor = rows.next.empty() ? "" : "&cursor=" + rows.next;
    const auto answer =
        client.call_blocking("GET", "/v1/corrections?limit=" + std::to_string(kPage) + cursor);
    if (!answer) return answer.error();
    if (answer->status != 200) {
      return Error{.code = Errc::rejected, .detail = problem_text(*answer)};
    }
    read_page(answer->body, task, rows);
  } while (!rows.next.empty());
  return rows;
}

}  // namespace

int run_corrections(const CorrectionsOptions& options) {
  auto client = ApiClient::open(options.url, options.key);
  if (!client) {
    std::cerr << "corrections: " << client.error().detail << " of scope read\n";
    return kExitConfig;
  }
  const auto rows = read_all(**client, options.task);
  if (!rows) {
    std::cerr << "corrections: " << options.url << ": " << rows.error().detail << '\n';
    return 1;
  }
  if (options.out.empty()) {
    std::cout << rows->text;
  } else if (auto written = routing::write_whole(options.out, rows->text); !written) {
    std::cerr << "corrections: " << written.error().detail << '\n';
    return 1;
  }
  std::cerr << rows->taken << " corrected turns";
  if (rows->wordless > 0) std::cerr << "; " << rows->wordless << " without words any more";
  std::cerr << '\n';
  return 0;
}

}  // namespace parley::gateway
