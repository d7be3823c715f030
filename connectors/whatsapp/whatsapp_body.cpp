#include "connectors/whatsapp/whatsapp_body.hpp"

#include "connectors/url.hpp"
#include "connectors/whatsapp/whatsapp_ids.hpp"

namespace parley::connectors::whatsapp {
namespace {

constexpr std::string_view kMessageIdPrefix = "wamid.";
constexpr std::string_view kAnyMime = "application/octet-stream";

}  // namespace

File file_of(const Media& media) {
  return {.url = media.url,
          .platform_id = media.platform_id,
          .media_id = media.media_id,
          .name = media.name,
          .mime = media.mime};
}

std::string base_name(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
    url.remove_prefix(scheme + 3);
  }
  const auto slash = url.rfind('/');
  if (slash == std::string_view::npos) return {};
  return percent_decode(url.substr(slash + 1));
}

Body::Body(std::string_view recipient, std::string_view quoted, std::string_view type) {
  const bool person = is_phone(recipient) || is_user_id(recipient);
  json_.begin_object().member("messaging_product", "whatsapp");
  json_.member("recipient_type", person ? "individual" : "group");
  json_.member(is_user_id(recipient) ? "recipient" : "to", recipient);
  if (quoted.starts_with(kMessageIdPrefix)) {
    json_.key("context").begin_object().member("message_id", quoted).end_object();
  }
  json_.member("type", type).key(type);
}

void Body::write_file(const File& file, std::string_view caption, std::string_view name) {
  json_.begin_object();
  if (!file.media_id.empty()) {
    const std::string_view mime = file.mime.empty() ? kAnyMime : std::string_view(file.mime);
    json_.member("id", "");
    item_.id_at = json_.text().size() - 1;
    item_.upload = Upload{.media = MediaId{file.media_id},
                          .field = "file",
                          .file_name = file.name.empty() ? "file" : file.name,
                          .mime = std::string(mime)};
    item_.upload_form =
        form_encode({{"messaging_product", "whatsapp"}, {"type", std::string(mime)}});
  } else if (!file.url.empty()) {
    json_.member("link", file.url);
  } else {
    json_.member("id", file.platform_id);
  }
  if (!caption.empty()) json_.member("caption", caption);
  if (!name.empty()) json_.member("filename", name);
  json_.end_object();
}

void Body::mark(std::string_view with, graph::Item& item) {
  const std::string member = "\"biz_opaque_callback_data\":" + json_quote(with) + ",";
  item.body.insert(1, member);
  if (item.id_at) *item.id_at += member.size();
}

graph::Item Body::take() {
  json_.end_object();
  item_.body = json_.take();
  return std::move(item_);
}

}  // namespace parley::connectors::whatsapp
