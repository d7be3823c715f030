#include "gateway/cli/simulate/platform_apis.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/url.hpp"

namespace parley::gateway::simulate {
namespace {

constexpr std::size_t kBodyKeptMax = 64 * 1024;

struct Name {
  std::string_view name;
  FaultKind kind;
};
constexpr Name kNames[] = {
    {"none", FaultKind::none},
    {"5xx", FaultKind::server_error},
    {"429", FaultKind::throttled},
    {"stall", FaultKind::stall},
    {"garbage", FaultKind::garbage},
    {"reset", FaultKind::reset_after_accept},
    {"expired_token", FaultKind::expired_token},
};

std::string json_text(const simdjson::dom::element& root, std::string_view pointer) {
  std::string_view text;
  if (root.at_pointer(pointer).get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

// A field of a form, percent- or multipart-encoded.
std::string form_field(const ApiRequest& request, std::string_view name) {
  if (!request.content_type.starts_with("multipart/")) {
    return connectors::form_value(request.body, name);
  }
  const std::string head = "name=\"" + std::string(name) + "\"\r\n\r\n";
  const auto at = request.body.find(head);
  if (at == std::string::npos) return {};
  const auto begin = at + head.size();
  const auto end = request.body.find("\r\n--", begin);
  return end == std::string::npos ? std::string() : request.body.substr(begin, end - begin);
}

ApiAnswer json(std::string body, int status = 200) {
  ApiAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

ApiAnswer errcode(int code, std::string_view words) {
  JsonWriter out;
  out.begin_object().member("errcode", code).member("errmsg", words).end_object();
  return json(out.take());
}

ApiAnswer telegram_error(int code, std::string_view words, std::optional<int> retry_after_s = {}) {
  JsonWriter out;
  out.begin_object().member("ok", false).member("error_code", code).member("description", words);
  if (retry_after_s) {
    out.key("parameters").begin_object().member("retry_after", *retry_after_s).end_object();
  }
  out.end_object();
  return json(out.take(), code);
}

// One transparent pixel, for whoever asks for media.
ApiAnswer picture() {
  static constexpr unsigned char kPixel[] = {
      0x89, 'P',  'N',  'G',  '\r', '\n', 0x1a, '\n', 0,   0,    0,    13,   'I',  'H',
      'D',  'R',  0,    0,    0,    1,    0,    0,    0,   1,    8,    6,    0,    0,
      0,    0x1f, 0x15, 0xc4, 0x89, 0,    0,    0,    13,  'I',  'D',  'A',  'T',  0x78,
      0x9c, 0x62, 0,    1,    0,    0,    5,    0,    1,   0x0d, 0x0a, 0x2d, 0xb4, 0,
      0,    0,    0,    'I',  'E',  'N',  'D',  0xae, 'B', '`',  0x82};
  ApiAnswer answer;
  answer.content_type = "image/png";
  answer.body.assign(reinterpret_cast<const char*>(kPixel), sizeof kPixel);
  return answer;
}

// What a customer would read of a WeChat message.
std::string wechat_text(const simdjson::dom::element& root) {
  const std::string type = json_text(root, "/msgtype");
  if (type == "text") return json_text(root, "/text/content");
  if (type == "news") {
    return json_text(root, "/news/articles/0/title") + " " +
           json_text(root, "/news/articles/0/url");
  }
  if (type == "msgmenu") {
    std::string text = json_text(root, "/msgmenu/head_content");
    simdjson::dom::array options;
    if (root.at_pointer("/msgmenu/list").get(options) != simdjson::SUCCESS) return text;
    for (const auto option : options) text += "\n- " + json_text(option, "/content");
    return text;
  }
  return "[" + type + "]";
}

}  // namespace

std::optional<FaultKind> fault_from(std::string_view name) {
  for (const auto& known : kNames) {
    if (known.name == name) return known.kind;
  }
  return std::nullopt;
}

std::string to_json(const AcceptedSend& send) {
  JsonWriter out;
  out.begin_object();
  out.member("number", send.number);
  out.member("platform", send.platform).member("method", send.method);
  out.member("to", send.to).member("text", send.text).member("body", send.body);
  out.end_object();
  return out.take();
}

void PlatformApis::set_fault(Fault fault) {
  fault_ = fault;
  if (fault.kind == FaultKind::expired_token) {
    token_expired_ = true;
    fault_.kind = FaultKind::none;  // the next token is good again
  }
}

void PlatformApis::accept(AcceptedSend send) {
  send.number = ++count_;
  if (send.body.size() > kBodyKeptMax || !simdjson::validate_utf8(send.body)) {
    send.body = "[" + std::to_string(send.body.size()) + " bytes]";
  }
  accepted_.push_back(std::move(send));
  if (accepted_.size() > kAcceptedMax) accepted_.pop_front();
}

std::optional<ApiAnswer> PlatformApis::faulty(AcceptedSend send, bool is_wechat) {
  if (fault_.kind == FaultKind::none || fault_.times == 0) return std::nullopt;
  if (fault_.times > 0) --fault_.times;
  ApiAnswer answer;
  switch (fault_.kind) {
    case FaultKind::server_error:
      answer.status = 502;
      answer.content_type = "text/html";
      answer.body = "<html>Bad Gateway</html>";
      return answer;
    case FaultKind::throttled:
      if (is_wechat) return errcode(45011, "api minute-quota reach limit");
      answer = telegram_error(429, "Too Many Requests", fault_.retry_after_s);
      answer.headers.emplace_back("Retry-After", std::to_string(fault_.retry_after_s));
      return answer;
    case FaultKind::stall:
      answer.then = ApiAnswer::Then::stall;
      break;
    case FaultKind::reset_after_accept:
      answer.then = ApiAnswer::Then::reset;
      break;
    case FaultKind::garbage:
      answer.content_type = "text/html";
      answer.body = "<html>?</html>";
      break;
    default:
      return std::nullopt;
  }
  accept(std::move(send));
  return answer;
}

ApiAnswer PlatformApis::wechat_token(const ApiRequest& request) {
  // The classic endpoint gives a new token each time, the stable one only when it must.
  if (request.path == "/cgi-bin/token" || token_expired_) ++token_number_;
  token_expired_ = false;
  JsonWriter out;
  out.begin_object().member("access_token", token()).member("expires_in", 7200).end_object();
  return json(out.take());
}

ApiAnswer PlatformApis::wechat(const ApiRequest& request) {
  if (request.path == "/cgi-bin/token" || request.path == "/cgi-bin/stable_token") {
    return wechat_token(request);
  }
  const std::string given = connectors::form_value(request.query, "access_token");
  if (given.empty()) return errcode(41001, "access_token missing");
  if (token_expired_) return errcode(42001, "access_token expired");
  if (given != token()) return errcode(40001, "invalid credential");
  if (request.path == "/cgi-bin/media/get") return picture();
  if (request.path == "/cgi-bin/media/upload") {
    return json(R"({"type":"image","media_id":"standin-media-1","created_at":1})");
  }
  if (request.path == "/cgi-bin/message/custom/typing") return errcode(0, "ok");
  const bool is_send = request.path == "/cgi-bin/message/custom/send" ||
                       request.path == "/cgi-bin/message/template/send" ||
                       request.path == "/cgi-bin/message/subscribe/bizsend";
  if (!is_send) return errcode(48001, "api unauthorized");
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(request.body).get(root) != simdjson::SUCCESS) {
    return errcode(47001, "data format error");
  }
  AcceptedSend send;
  send.platform = "wechat_oa";
  send.method = request.path.substr(request.path.find("message/"));
  send.to = json_text(root, "/touser");
  send.text = wechat_text(root);
  send.body = request.body;
  if (send.to.empty()) return errcode(40003, "invalid openid");
  if (auto fault = faulty(send, true)) return *std::move(fault);
  accept(std::move(send));
  return errcode(0, "ok");
}

ApiAnswer PlatformApis::telegram(const ApiRequest& request, std::string_view method) {
  if (method == "getFile") {
    return json(R"({"ok":true,"result":{"file_id":"f","file_path":"photos/file_1.png"}})");
  }
  if (method == "sendChatAction" || method == "answerCallbackQuery") {
    return json(R"({"ok":true,"result":true})");
  }
  if (!method.starts_with("send")) return telegram_error(404, "Not Found");
  AcceptedSend send;
  send.platform = "telegram";
  send.method = method;
  send.to = form_field(request, "chat_id");
  send.text = form_field(request, "text");
  if (send.text.empty()) send.text = form_field(request, "caption");
  if (send.text.empty()) send.text = "[" + std::string(method.substr(4)) + "]";
  send.body = request.body;
  if (send.to.empty()) return telegram_error(400, "Bad Request: chat_id is empty");
  if (auto fault = faulty(send, false)) return *std::move(fault);
  accept(std::move(send));
  JsonWriter out;
  out.begin_object().member("ok", true).key("result").begin_object();
  out.member("message_id", count_).end_object().end_object();
  return json(out.take());
}

ApiAnswer PlatformApis::custom(const ApiRequest& request) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(request.body).get(root) != simdjson::SUCCESS) {
    return json(R"({"error":"not JSON"})", 400);
  }
  AcceptedSend send;
  send.platform = "custom";
  send.method = json_text(root, "/type");
  send.to = json_text(root, "/recipient");
  send.text = json_text(root, "/message/fallback_text");
  if (send.text.empty()) send.text = json_text(root, "/message/content/0/text");
  send.body = request.body;
  if (auto fault = faulty(send, false)) return *std::move(fault);
  accept(std::move(send));
  JsonWriter out;
  out.begin_object().member("id", "standin-" + std::to_string(count_)).end_object();
  return json(out.take());
}

// How tools in other processes see and steer the stand-in.
ApiAnswer PlatformApis::control(const ApiRequest& request) {
  if (request.path == "/_control/accepted" && request.method == "DELETE") {
    forget();
    return json("{}");
  }
  if (request.path == "/_control/accepted") {
    const std::string after = connectors::form_value(request.query, "after");
    const std::uint64_t from = after.empty() ? 0 : std::strtoull(after.c_str(), nullptr, 10);
    std::string list;
    for (const auto& send : accepted_) {
      if (send.number > from) list += (list.empty() ? "" : ",") + to_json(send);
    }
    return json(R"({"standin":true,"count":)" + std::to_string(count_) + R"(,"accepted":[)" + list +
                "]}");
  }
  if (request.path != "/_control/fault") return json(R"({"error":"no such control"})", 404);
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(request.body).get(root) != simdjson::SUCCESS) {
    return json(R"({"error":"not JSON"})", 400);
  }
  const auto kind = fault_from(json_text(root, "/fault"));
  if (!kind) {
    return json(R"({"error":"fault must be none, 5xx, 429, stall, reset, expired_token, garbage"})",
                400);
  }
  Fault fault{.kind = *kind};
  std::int64_t number = 0;
  if (root["times"].get(number) == simdjson::SUCCESS) fault.times = static_cast<int>(number);
  if (root["retry_after_s"].get(number) == simdjson::SUCCESS) {
    fault.retry_after_s = static_cast<int>(number);
  }
  set_fault(fault);
  return json("{}");
}

ApiAnswer PlatformApis::answer(const ApiRequest& request) {
  const std::string& path = request.path;
  if (path.starts_with("/_control/")) return control(request);
  if (path.starts_with("/cgi-bin/")) return wechat(request);
  if (path.starts_with("/file/bot")) return picture();
  if (path.starts_with("/bot")) {
    const auto slash = path.find('/', 1);
    if (slash != std::string::npos) return telegram(request, path.substr(slash + 1));
  }
  if (path == "/messages") return custom(request);
  return json(R"({"error":"the stand-in knows no such API"})", 404);
}

}  // namespace parley::gateway::simulate
