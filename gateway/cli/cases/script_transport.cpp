#include "gateway/cli/cases/script_transport.hpp"

#include <algorithm>
#include <cctype>

namespace parley::gateway::cli {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return text;
}

ScriptedAnswer answer_of(const Json& from) {
  ScriptedAnswer answer;
  answer.status = static_cast<int>(from["status"].integer);
  answer.body = from["body"].is_text()   ? from["body"].text
                : from["body"].is_null() ? std::string()
                                         : from["body"].dump();
  for (const auto& [name, value] : from["headers"].members) {
    answer.headers.emplace_back(lower(name), value.is_text() ? value.text : value.dump());
  }
  return answer;
}

}  // namespace

ScriptTransport::ScriptTransport(const Json& script, std::string retired)
    : retired_(std::move(retired)) {
  for (const auto& [pattern, answers] : script.members) {
    Line line{.pattern = pattern, .answers = {}};
    for (const auto& answer : answers.items) line.answers.push_back(answer_of(answer));
    lines_.push_back(std::move(line));
  }
}

ScriptTransport ScriptTransport::of_mocks(const Json& mocks) {
  ScriptTransport out;
  for (const auto& mock : mocks.items) {
    std::string url = mock.text_or("url", "");
    url.resize(std::min(url.find('?'), url.size()));
    Line line{.pattern = url + "*", .answers = {}, .must_hold = mock["request_json_contains"]};
    for (const auto& response : mock["responses"].items) {
      if (response.has("status") && response.has("body")) {
        line.answers.push_back(answer_of(response));
      } else {
        line.answers.push_back({.status = 200, .headers = {}, .body = response.dump()});
      }
    }
    out.lines_.push_back(std::move(line));
  }
  return out;
}

std::optional<ScriptedAnswer> ScriptTransport::ask(const connectors::HttpCall& call) {
  asked_.push_back(call);
  for (auto& line : lines_) {
    if (line.used < line.answers.size() && glob(line.pattern, call.url)) {
      check(line, call);
      return line.answers[line.used++];
    }
  }
  for (auto& line : lines_) {
    const bool stands_in = !retired_.empty() && line.pattern.ends_with("/" + retired_);
    if (stands_in && line.used < line.answers.size()) return line.answers[line.used++];
  }
  return std::nullopt;
}

void ScriptTransport::check(const Line& line, const connectors::HttpCall& call) {
  if (!line.must_hold.is_object()) return;
  const auto body = Json::parse(call.body);
  for (const auto& [name, value] : line.must_hold.members) {
    if (!body || !((*body)[name] == value)) lacking_.push_back(name + " " + value.dump());
  }
}

connectors::HttpAnswer view_of(const ScriptedAnswer& answer) {
  connectors::HttpAnswer view;
  view.status = answer.status;
  view.body = answer.body;
  for (const auto& [name, value] : answer.headers) view.headers.push_back({name, value});
  return view;
}

bool glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace parley::gateway::cli
