#include "connectors/tencent_media.hpp"

#include "connectors/url.hpp"

namespace parley::connectors::tencent {
namespace {

class Downloads final : public MediaSource {
 public:
  explicit Downloads(const Api& api) : api_(api) {}

  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel& channel, std::string_view token) const override {
    if (media.platform_id.empty()) return picture(media);
    return get(media, channel, token, media.kind == MediaKind::video ? kAsk : kDownload);
  }

  Step resume(const Media& media, const Channel& channel, std::string_view token, int step,
              const HttpAnswer& answer) const override {
    const bool json =
        answer.body.starts_with('{') || answer.header("content-type").contains("json");
    // The bytes after all, of a call that was not meant to keep them.
    if (answer.status == 200 && !json && step == kAsk) return get(media, channel, token, kDownload);

    auto said = read_answer(api_, answer);
    if (auto* refresh = std::get_if<RefreshToken>(&said)) return std::move(*refresh);
    if (auto* error = std::get_if<Error>(&said)) {
      if (error->code_text == kExpiredId && step != kPicture) return picture(media);
      return std::move(*error);
    }
    auto& url = std::get<ApiAnswer>(said).video_url;
    if (!url.starts_with("https://") && !url.starts_with("http://")) {
      return Error{.code = Errc::rejected, .detail = "the answer is neither media nor an address"};
    }
    return download(std::move(url), kAddress);
  }

 private:
  enum StepNumber : int { kAsk = 1, kDownload = 2, kAddress = 3, kPicture = 4 };
  static constexpr std::string_view kExpiredId = "40007";

  static HttpCall download(std::string url, StepNumber step) {
    return {
        .method = "GET", .url = std::move(url), .content_type = "", .download = true, .step = step};
  }

  HttpCall get(const Media& media, const Channel& channel, std::string_view token,
               StepNumber step) const {
    auto call = download(api_url(api_, channel, "/cgi-bin/media/get", token,
                                 "media_id=" + percent_encode(media.platform_id)),
                         step);
    call.download = step != kAsk;
    return call;
  }

  // A picture also has an address of its own. It came with the push, which plain mode does not
  // sign: we only ever follow it to the platform's image hosts.
  static Step picture(const Media& media) {
    std::string_view host = media.url;
    const auto scheme = host.find("://");
    host = scheme == std::string_view::npos ? std::string_view() : host.substr(scheme + 3);
    host = host.substr(0, host.find_first_of("/?#\\"));
    const bool ours = host.ends_with(".qpic.cn") || host.ends_with(".qlogo.cn");
    if (!ours || host.contains('@') || !media.url.starts_with("http")) {
      return Error{.code = Errc::not_found, .detail = "the media is no longer at the platform"};
    }
    return download(media.url, kPicture);
  }

  const Api& api_;
};

}  // namespace

std::unique_ptr<MediaSource> make_media_source(const Api& api) {
  return std::make_unique<Downloads>(api);
}

}  // namespace parley::connectors::tencent
