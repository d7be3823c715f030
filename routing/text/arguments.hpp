// routing/text/arguments.hpp
// Options and plain arguments of a text command, apart. "--name value" and "--name=value".
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace parley::routing {

class Arguments {
 public:
  // `known`: the options that take a value, as typed ("--model", "-o").
  static Result<Arguments> parse(const std::vector<std::string>& args,
                                 const std::vector<std::string_view>& known);

  const std::vector<std::string>& plain() const noexcept { return plain_; }
  std::optional<std::string> last(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;

  // Absent: `otherwise`. Outside min..max or no number: rejected, saying what was expected.
  Result<double> number(std::string_view name, double otherwise, double min, double max) const;

 private:
  std::vector<std::string> plain_;
  std::vector<std::pair<std::string, std::string>> options_;
};

}  // namespace parley::routing
