#include "config/faq_file.hpp"

#include <map>

#include "config/table.hpp"

namespace parley::config {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto from = text.find_first_not_of(kBlank);
  if (from == text.npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size();
    if (escape && (text[i + 1] == 'n' || text[i + 1] == '\\')) {
      out += text[++i] == 'n' ? '\n' : '\\';
    } else {
      out += text[i];
    }
  }
  return out;
}

// One entry, wherever it came from: its limits, and no question twice.
class Checker {
 public:
  explicit Checker(Problems& problems) : problems_(problems) {}

  void add(routing::FaqEntry entry, Place at) {
    const auto count_before = problems_.count();
    if (entry.questions.empty()) {
      problems_.add(at, "", "has no question; expected question<TAB>answer");
    }
    for (const auto& question : entry.questions) check_question(question, at);
    if (entry.answer.empty()) {
      problems_.add(at, "", "has no answer; expected question<TAB>answer");
    } else if (entry.answer.size() > kFaqAnswerBytesMax) {
      problems_.add(at, "",
                    "the answer is longer than " + std::to_string(kFaqAnswerBytesMax) +
                        " bytes; expected a shorter one");
    }
    if (entries_.size() == routing::Faq::kEntriesMax) {
      problems_.add(
          at, "",
          "is one entry too many; expected at most " + std::to_string(routing::Faq::kEntriesMax));
    }
    if (problems_.count() == count_before) entries_.push_back(std::move(entry));
  }

  std::vector<routing::FaqEntry> take() { return std::move(entries_); }

 private:
  void check_question(const std::string& question, Place at) {
    if (question.empty()) {
      problems_.add(at, "", "an empty question; expected a text");
    } else if (question.size() > kFaqQuestionBytesMax) {
      problems_.add(at, "",
                    "a question is longer than " + std::to_string(kFaqQuestionBytesMax) +
                        " bytes; expected a shorter one");
    }
    const auto [place, fresh] = first_line_.emplace(question, at.line);
    if (!fresh) {
      problems_.add(at, "",
                    "the question \"" + question.substr(0, 80) + "\" stands in line " +
                        std::to_string(place->second) + " already; expected each question once");
    }
  }

  Problems& problems_;
  std::vector<routing::FaqEntry> entries_;
  std::map<std::string, unsigned> first_line_;
};

void read_tsv(std::string_view bytes, Checker& checker, Problems& problems) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);  // spreadsheets write it
  for (unsigned number = 1; !bytes.empty(); ++number) {
    const auto end = bytes.find('\n');
    const auto line = bytes.substr(0, end);
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
    if (trimmed(line).empty() || line.starts_with('#')) continue;
    const Place at{.line = number, .column = 1};
    const auto tab = line.find('\t');
    if (tab == line.npos) {
      problems.add(at, "", "has no tab; expected question<TAB>answer");
      continue;
    }
    if (line.find('\t', tab + 1) != line.npos) {
      problems.add({.line = number, .column = static_cast<unsigned>(tab) + 1}, "",
                   "has more than one tab; expected question<TAB>answer");
      continue;
    }
    routing::FaqEntry entry;
    entry.id = "line-" + std::to_string(number);
    entry.answer = unescaped(trimmed(line.substr(tab + 1)));
    for (auto rest = line.substr(0, tab);;) {
      const auto bar = rest.find(" | ");
      entry.questions.emplace_back(trimmed(rest.substr(0, bar)));
      if (bar == rest.npos) break;
      rest.remove_prefix(bar + 3);
    }
    checker.add(std::move(entry), at);
  }
}

void read_toml(std::string_view bytes, Checker& checker, Problems& problems) {
  const auto root = parse_document(bytes, problems.file());
  if (!root) return problems.add_line(root.error().detail);
  Table t(*root, "", problems);
  std::map<std::string, unsigned> ids;
  for (const Node* node : t.tables("entry")) {
    Table entry(*node, "entry", problems);
    routing::FaqEntry out{.id = entry.required_name("id"),
                          .questions = entry.texts("questions"),
                          .answer = entry.required_text("answer")};
    if (!out.id.empty() && !ids.emplace(out.id, node->at.line).second) {
      entry.problem("id", "\"" + out.id + "\" stands in line " + std::to_string(ids[out.id]) +
                              " already; expected each id once");
    }
    if (!out.answer.empty()) checker.add(std::move(out), node->at);
  }
}

}  // namespace

std::vector<routing::FaqEntry> read_faq(std::string_view bytes, const std::string& file,
                                        Problems& problems) {
  Problems own(file);
  Checker checker(own);
  if (file.ends_with(".toml")) {
    read_toml(bytes, checker, own);
  } else {
    read_tsv(bytes, checker, own);
  }
  auto entries = checker.take();
  if (entries.empty() && own.empty()) {
    own.add({}, "", "has no entry; expected at least one question<TAB>answer");
  }
  problems.absorb(own);
  return entries;
}

}  // namespace parley::config
