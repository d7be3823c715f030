#include "bots/knowledge_table.hpp"

#include <array>
#include <optional>

#include "base/crypto.hpp"

namespace parley::bots {
namespace {

using Fields = std::vector<std::string>;
struct Record {
  Fields fields;
  unsigned line = 0;
};

Error wrong(unsigned line, std::string what) {
  return {.code = Errc::malformed,
          .detail = "line " + std::to_string(line) + ": " + std::move(what)};
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto from = text.find_first_not_of(kBlank);
  if (from == text.npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(kBlank) - from + 1));
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next != 'n' && next != 't' && next != '\\') {
      out += text[i];
      continue;
    }
    out += next == 'n' ? '\n' : next == 't' ? '\t' : '\\';
    ++i;
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\\') {
      out += "\\\\";
    } else if (c != '\r') {
      out += c;
    }
  }
  return out;
}

std::vector<Record> tsv_records(std::string_view bytes) {
  std::vector<Record> out;
  for (unsigned line = 1; !bytes.empty(); ++line) {
    const auto end = bytes.find('\n');
    auto row = bytes.substr(0, end);
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
    if (trimmed(row).empty() || row.starts_with('#')) continue;
    Record& record = out.emplace_back(Record{.fields = {}, .line = line});
    for (;;) {
      const auto tab = row.find('\t');
      record.fields.push_back(unescaped(trimmed(row.substr(0, tab))));
      if (tab == row.npos) break;
      row.remove_prefix(tab + 1);
    }
  }
  return out;
}

Result<std::vector<Record>> csv_records(std::string_view bytes) {
  std::vector<Record> out;
  unsigned line = 1;
  for (std::size_t i = 0; i < bytes.size();) {
    Record record{.fields = {""}, .line = line};
    bool quoted = false, was_quoted = false;
    for (; i < bytes.size(); ++i) {
      const char c = bytes[i];
      std::string& field = record.fields.back();
      if (c == '\n') ++line;
      if (quoted) {
        if (c != '"') {
          field += c;
        } else if (i + 1 < bytes.size() && bytes[i + 1] == '"') {
          field += bytes[++i];
        } else {
          quoted = false;
        }
      } else if (c == '"' && field.empty() && !was_quoted) {
        quoted = was_quoted = true;
      } else if (c == ',') {
        record.fields.emplace_back();
        was_quoted = false;
      } else if (c == '\n') {
        break;
      } else if (c != '\r') {
        field += c;
      }
    }
    if (quoted) return wrong(record.line, "a quote that is never closed");
    ++i;
    if (record.fields.size() > 1 || !trimmed(record.fields.front()).empty()) {
      out.push_back(std::move(record));
    }
  }
  return out;
}

std::vector<std::string> split_questions(std::string_view text) {
  std::vector<std::string> out;
  for (;;) {
    const auto bar = text.find(" | ");
    if (auto one = trimmed(text.substr(0, bar)); !one.empty()) out.push_back(std::move(one));
    if (bar == text.npos) return out;
    text.remove_prefix(bar + 3);
  }
}

// Which field is which; 4 columns of ours or 2 of a faq file when no line names them.
struct Columns {
  std::optional<std::size_t> id, scenario, questions, answer;
  bool named = false;
};

Columns columns_of(const Fields& first) {
  Columns out;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] == "id") out.id = i;
    if (first[i] == "scenario") out.scenario = i;
    if (first[i] == "questions" || first[i] == "question") out.questions = i;
    if (first[i] == "answer") out.answer = i;
  }
  out.named = out.questions && out.answer;
  if (out.named) return out;
  if (first.size() == 2) return {.id = {}, .scenario = {}, .questions = 0, .answer = 1};
  return {.id = 0, .scenario = 1, .questions = 2, .answer = 3};
}

std::string field(const Fields& fields, std::optional<std::size_t> at) {
  return at && *at < fields.size() ? fields[*at] : std::string();
}

// A spreadsheet would run what begins like a formula.
std::string csv_field(std::string text) {
  if (!text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos) {
    text.insert(text.begin(), ' ');
  }
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace

Result<std::vector<TableRow>> read_table(std::string_view bytes, TableForm form) {
  if (bytes.size() > kTableBytesMax) {
    return wrong(1, "the table has more than " + std::to_string(kTableBytesMax) + " bytes");
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  Result<std::vector<Record>> records =
      form == TableForm::tsv ? Result<std::vector<Record>>(tsv_records(bytes)) : csv_records(bytes);
  if (!records) return std::move(records.error());
  if (records->empty()) return wrong(1, "the table is empty");
  const Columns columns = columns_of(records->front().fields);
  std::vector<TableRow> out;
  for (std::size_t i = columns.named ? 1 : 0; i < records->size(); ++i) {
    const Record& record = (*records)[i];
    if (out.size() == kTableRowsMax) {
      return wrong(record.line, "more than " + std::to_string(kTableRowsMax) + " rows");
    }
    TableRow row{.id = trimmed(field(record.fields, columns.id)),
                 .scenario = trimmed(field(record.fields, columns.scenario)),
                 .wording = {.questions = split_questions(field(record.fields, columns.questions)),
                             .answer = trimmed(field(record.fields, columns.answer))}};
    if (row.wording.questions.empty()) return wrong(record.line, "no question");
    if (row.id.empty()) row.id = made_id(row.wording);
    KnowledgeEntry probe{.id = row.id, .scenario = row.scenario};
    if (!has_name(probe)) {
      return wrong(record.line,
                   "the id is 1 to 64 of a-z 0-9 - _, the scenario empty, bot:ID or "
                   "channel:ID");
    }
    if (auto fine = edited(probe, row.wording, "", {}); !fine) {
      return wrong(record.line, fine.error().detail);
    }
    out.push_back(std::move(row));
  }
  return out;
}

std::string write_table(const std::vector<KnowledgeEntry>& entries, TableForm form) {
  const bool csv = form == TableForm::csv;
  const std::string between = csv ? "," : "\t", end = csv ? "\r\n" : "\n";
  const auto written = [&](std::string text) {
    return csv ? csv_field(std::move(text)) : escaped(text);
  };
  std::string out = "id" + between + "scenario" + between + "questions" + between + "answer" +
                    between + "state" + end;
  for (const auto& entry : entries) {
    const Wording* wording = entry.published ? &entry.published->wording
                             : entry.draft   ? &entry.draft->wording
                                             : nullptr;
    if (!wording) continue;
    std::string questions;
    for (const auto& question : wording->questions) {
      questions += (questions.empty() ? "" : " | ") + question;
    }
    out += written(entry.id) + between + written(entry.scenario) + between +
           written(std::move(questions)) + between + written(wording->answer) + between +
           std::string(state_of(entry)) + end;
  }
  return out;
}

std::string made_id(const Wording& wording) {
  std::array<char, 8> bytes{};
  std::uint64_t hash = xxh3_64(wording.questions.empty() ? "" : wording.questions.front());
  for (char& byte : bytes) {
    byte = static_cast<char>(hash & 0xff);
    hash >>= 8;
  }
  return "q-" + to_hex({bytes.data(), bytes.size()});
}

}  // namespace parley::bots
