#include "gateway/pipeline/calls.hpp"

#include "base/crypto.hpp"
#include "connectors/url.hpp"

namespace parley::gateway {
namespace {

// Quotes and controls cannot leave the quoted string of a Content-Disposition.
std::string disposition_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto b = static_cast<unsigned char>(c);
    out += (b < 0x20 || b == 0x7f || c == '"' || c == '\\') ? '_' : c;
  }
  return out;
}

// The other fields of the form, which a call with an upload holds form-encoded in its body.
std::string form_fields(std::string_view form, const std::string& boundary) {
  std::string out;
  while (!form.empty()) {
    const auto end = form.find('&');
    const auto field = form.substr(0, end);
    form.remove_prefix(end == std::string_view::npos ? form.size() : end + 1);
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    out += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" +
           disposition_text(connectors::percent_decode(field.substr(0, equals))) + "\"\r\n\r\n" +
           connectors::percent_decode(field.substr(equals + 1)) + "\r\n";
  }
  return out;
}

}  // namespace

http::ClientRequest to_request(const connectors::HttpCall& call) {
  http::ClientRequest request;
  request.method = call.method;
  request.url = call.url;
  request.headers = call.headers;
  request.body = call.body;
  if (call.method != "GET") request.headers.emplace_back("content-type", call.content_type);
  return request;
}

http::ClientRequest to_upload_request(const connectors::HttpCall& call, std::string_view bytes) {
  http::ClientRequest request;
  request.method = call.method;
  request.url = call.url;
  request.headers = call.headers;
  const std::string boundary = "parley-" + random_hex(16);
  request.headers.emplace_back("content-type", "multipart/form-data; boundary=" + boundary);
  request.body.reserve(bytes.size() + call.body.size() + 512);
  request.body = form_fields(call.body, boundary);
  request.body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" +
                  disposition_text(call.upload->field) + "\"; filename=\"" +
                 disposition_text(call.upload->file_name) + "\"\r\nContent-Type: " +
                 disposition_text(call.upload->mime) + "\r\n\r\n";
  request.body += bytes;
  request.body += "\r\n--" + boundary + "--\r\n";
  return request;
}

AnswerView::AnswerView(const http::ClientAnswer& answer) {
  view_.status = answer.status;
  view_.body = answer.body;
  view_.headers.reserve(answer.headers.size());
  for (const auto& [name, value] : answer.headers) view_.headers.push_back({name, value});
}

}  // namespace parley::gateway
