#include "connectors/open_media.hpp"

#include "connectors/http_status.hpp"
#include "connectors/words.hpp"

namespace parley::connectors {

OpenMedia::Step OpenMedia::start(const Media& media, const Channel&, std::string_view) const {
  if (!is_web_url(media.url)) {
    return Error{.code = Errc::malformed, .detail = "the medium has no address"};
  }
  HttpCall call;
  call.method = "GET";
  call.url = media.url;
  call.content_type.clear();
  call.download = true;
  return call;
}

OpenMedia::Step OpenMedia::resume(const Media&, const Channel&, std::string_view, int,
                                  const HttpAnswer& answer) const {
  if (auto error = error_from_status(answer)) return *std::move(error);
  return Error{.code = Errc::rejected,
               .detail = "HTTP " + std::to_string(answer.status),
               .code_text = std::to_string(answer.status)};
}

}  // namespace parley::connectors
