// gateway/cli/cases/script_transport.hpp
// Platform APIs by script: answers by URL pattern, in order; and a record of what was asked.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "gateway/cli/cases/json_value.hpp"

namespace parley::gateway::cli {

struct ScriptedAnswer {
  int status = 0;  // 0: the connection fails
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

class ScriptTransport {
 public:
  // `script`: {"pattern with *": [{"status","headers","body"}, ...]}. `retired` ends the pattern of
  // a call the platform no longer has: its answers go to whatever call took its place.
  explicit ScriptTransport(const Json& script, std::string retired = {});
  // `mocks`: [{"method","url","request_json_contains","responses":[body, ...]}]; whatever the query
  // of `url`. A response with `status` and `body` is an answer of its own.
  static ScriptTransport of_mocks(const Json& mocks);

  // nullopt: the script has no answer left for this URL. The last one of a pattern is not repeated.
  std::optional<ScriptedAnswer> ask(const connectors::HttpCall& call);

  const std::vector<connectors::HttpCall>& asked() const noexcept { return asked_; }
  // What requests lacked that mocks asked of them.
  const std::vector<std::string>& lacking() const noexcept { return lacking_; }

 private:
  struct Line {
    std::string pattern;
    std::vector<ScriptedAnswer> answers;
    std::size_t used = 0;
    Json must_hold = {};  // members of the request's JSON
  };
  ScriptTransport() = default;
  void check(const Line& line, const connectors::HttpCall& call);

  std::vector<Line> lines_;
  std::vector<std::string> lacking_;
  std::string retired_;
  std::vector<connectors::HttpCall> asked_;
};

// Views into `answer`.
connectors::HttpAnswer view_of(const ScriptedAnswer& answer);

// Does `text` match `pattern`, where '*' stands for any bytes?
bool glob(std::string_view pattern, std::string_view text);

}  // namespace parley::gateway::cli
