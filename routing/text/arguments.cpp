#include "routing/text/arguments.hpp"

#include <algorithm>
#include <cmath>

namespace parley::routing {
namespace {
Error rejected(std::string why) { return Error{.code = Errc::rejected, .detail = std::move(why)}; }

std::string short_number(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return std::string(text, end.ptr);
}
}  // namespace

Result<Arguments> Arguments::parse(const std::vector<std::string>& args,
                                   const std::vector<std::string_view>& known) {
  Arguments result;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string_view arg = args[i];
    if (arg.size() < 2 || arg[0] != '-') {
      result.plain_.emplace_back(arg);
      continue;
    }
    const std::size_t equals = arg.starts_with("--") ? arg.find('=') : arg.npos;
    const std::string_view name = arg.substr(0, equals);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string all;
      for (const auto one : known) all += (all.empty() ? "" : ", ") + std::string(one);
      return rejected("unknown option " + std::string(name) + "; known: " + all);
    }
    if (equals != arg.npos) {
      result.options_.emplace_back(name, arg.substr(equals + 1));
    } else if (i + 1 < args.size()) {
      result.options_.emplace_back(name, args[++i]);
    } else {
      return rejected("option " + std::string(name) + " needs a value");
    }
  }
  return result;
}

std::optional<std::string> Arguments::last(std::string_view name) const {
  for (auto at = options_.rbegin(); at != options_.rend(); ++at) {
    if (at->first == name) return at->second;
  }
  return std::nullopt;
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [option, value] : options_) {
    if (option == name) values.push_back(value);
  }
  return values;
}

Result<double> Arguments::number(std::string_view name, double otherwise, double min,
                                 double max) const {
  const auto text = last(name);
  if (!text) return otherwise;
  double value = 0;
  const char* end = text->data() + text->size();
  const auto [stopped, failed] = std::from_chars(text->data(), end, value);
  if (failed != std::errc{} || stopped != end || !(value >= min && value <= max)) {
    return rejected("option " + std::string(name) + ": \"" + *text + "\"; a number from " +
                    short_number(min) + " to " + short_number(max) + " is needed");
  }
  return value;
}

}  // namespace parley::routing
