#include "connectors/whatsapp/whatsapp_flow.hpp"

#include "connectors/url.hpp"

namespace parley::connectors::whatsapp {
namespace {

constexpr std::string_view kDataExchange = "dx:";
constexpr std::size_t kValuesMax = 64;

// Splits at the first `mark`: what is after it, or nullopt-like false.
bool cut(std::string_view& text, char mark, std::string_view& after) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return false;
  after = text.substr(at + 1);
  text = text.substr(0, at);
  return true;
}

void read_values(std::string_view query, Flow& flow) {
  while (!query.empty() && flow.data.size() < kValuesMax) {
    std::string_view field = query, rest, value;
    cut(field, '&', rest);
    query = rest;
    cut(field, '=', value);
    const std::string name = percent_decode(field);
    if (name == "token") {
      flow.token = percent_decode(value);
    } else if (!name.empty()) {
      flow.data.emplace(name, percent_decode(value));
    }
  }
}

std::string fault_of(const Flow& flow, bool exchange, bool has_screen) {
  if (has_screen && exchange) return "a screen cannot be named where the flow's server chooses it";
  if (has_screen && flow.screen.empty()) return "the screen's name is missing";
  if (flow.data.empty()) return {};
  if (exchange) return "values cannot be given where the flow's server has them";
  if (!has_screen) return "values need a screen";
  return {};
}

}  // namespace

Flow read_flow(std::string_view url) {
  std::string_view rest = url;
  const bool exchange = rest.starts_with(kDataExchange);
  if (exchange) rest.remove_prefix(kDataExchange.size());
  std::string_view query, screen;
  cut(rest, '?', query);
  const bool has_screen = cut(rest, '/', screen);
  Flow flow;
  flow.id = rest;
  if (flow.id.empty()) {
    flow.id = url;
    flow.wrong = "the flow's id is missing";
    return flow;
  }
  flow.screen = screen;
  read_values(query, flow);
  if (exchange) flow.action = "data_exchange";
  if (has_screen) flow.action = "navigate";
  flow.wrong = fault_of(flow, exchange, has_screen);
  if (!flow.wrong.empty()) {
    Flow plain;
    plain.id = std::move(flow.id);
    plain.wrong = std::move(flow.wrong);
    return plain;
  }
  return flow;
}

}  // namespace parley::connectors::whatsapp
