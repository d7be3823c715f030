#include "bots/dialogue.hpp"

#include <utility>

namespace parley::bots {

Result<void> Dialogue::piece(std::string_view) { return {}; }

std::optional<Ask> Dialogue::refused(const connectors::HttpAnswer&) { return std::nullopt; }

std::unique_ptr<Dialogue> open(const Settings& settings, Turn turn) {
  switch (settings.kind) {
    case Kind::webhook:
      return open_webhook(settings, std::move(turn));
    case Kind::chat:
      return open_chat(settings, std::move(turn));
    case Kind::rasa:
      return open_rasa(settings, std::move(turn));
    case Kind::dify:
      return open_dify(settings, std::move(turn));
  }
  std::unreachable();
}

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::webhook:
      return "webhook";
    case Kind::chat:
      return "chat";
    case Kind::rasa:
      return "rasa";
    case Kind::dify:
      return "dify";
  }
  return "";
}

}  // namespace parley::bots
