// connectors/open_media.hpp
// Media of platforms that put what users send at addresses open to whoever knows them: one GET,
// nothing to sign.
//
// Errors   malformed without a web address; what the status says; rejected for any other answer.
// Threads  any; pure.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors {

class OpenMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;
  Step start(const Media& media, const Channel& channel, std::string_view token) const override;
  Step resume(const Media& media, const Channel& channel, std::string_view token, int step,
              const HttpAnswer& answer) const override;
};

}  // namespace parley::connectors
