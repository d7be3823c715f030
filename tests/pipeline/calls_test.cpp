// A connector's call as our client's request: nothing in a name leaves its place.
#include "gateway/pipeline/calls.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace parley::gateway {
namespace {

using connectors::HttpCall;

std::string header_of(const http::ClientRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

// The form as a server reads it: the parts between the boundaries, each its header lines and body.
struct FormPart {
  std::vector<std::string> headers;
  std::string body;
};
std::vector<FormPart> read_form(const http::ClientRequest& request) {
  std::vector<FormPart> parts;
  const auto type = header_of(request, "content-type");
  const std::string mark = "boundary=";
  const std::string line = "--" + type.substr(type.find(mark) + mark.size());
  std::string_view rest = request.body;
  EXPECT_TRUE(rest.starts_with(line + "\r\n"));
  while (rest.starts_with(line + "\r\n")) {
    rest.remove_prefix(line.size() + 2);
    FormPart& part = parts.emplace_back();
    for (auto end = rest.find("\r\n"); end != 0 && end != std::string_view::npos;
         end = rest.find("\r\n")) {
      part.headers.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end + 2);
    }
    rest.remove_prefix(std::min<std::size_t>(2, rest.size()));
    const auto end = rest.find("\r\n" + line);
    EXPECT_NE(end, std::string_view::npos);
    if (end == std::string_view::npos) return parts;
    part.body = rest.substr(0, end);
    rest.remove_prefix(end + 2);
  }
  EXPECT_EQ(rest, line + "--\r\n");
  return parts;
}

HttpCall upload_call(std::string field, std::string name, std::string mime) {
  HttpCall call;
  call.url = "http://platform/upload";
  call.upload = connectors::Upload{{"med_1"}, std::move(field), std::move(name), std::move(mime)};
  return call;
}

TEST(Calls, APlainCallIsGivenOnAsItIs) {
  HttpCall call;
  call.method = "PUT";
  call.url = "http://platform/x";
  call.headers = {{"x-key", "k"}};
  call.content_type = "application/xml";
  call.body = "<a/>";
  const auto request = to_request(call);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.url, call.url);
  EXPECT_EQ(request.body, call.body);
  EXPECT_EQ(header_of(request, "x-key"), "k");
  EXPECT_EQ(header_of(request, "content-type"), "application/xml");
  call.method = "GET";
  EXPECT_EQ(header_of(to_request(call), "content-type"), "") << "a GET has no body to describe";
}

TEST(Calls, AnUploadHoldsTheFileAndTheOtherFields) {
  auto call = upload_call("photo", "图.png", "image/png");
  call.body = "chat_id=42&caption=a%20b%26c&&empty=&broken";
  const std::string bytes("\x89PNG\r\n--parley-\r\n\0end", 20);
  const auto parts = read_form(to_upload_request(call, bytes));
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(parts[0].headers.at(0), "Content-Disposition: form-data; name=\"chat_id\"");
  EXPECT_EQ(parts[0].body, "42");
  EXPECT_EQ(parts[1].body, "a b&c");
  EXPECT_EQ(parts[2].body, "");
  EXPECT_EQ(parts[3].headers.at(0),
            "Content-Disposition: form-data; name=\"photo\"; filename=\"图.png\"");
  EXPECT_EQ(parts[3].headers.at(1), "Content-Type: image/png");
  EXPECT_EQ(parts[3].body, bytes);
}

TEST(Calls, NoNameLeavesItsField) {
  const std::string evil[] = {
      "a\"; filename=\"x.sh", "a\r\nX-Injected: 1",       "a\r\n\r\nbody", "a\nb", "a\rb", "a\\\"b",
      std::string("a\0b", 3), "a\"\r\n--parley-0000\r\n", "\x7f",
  };
  for (const auto& name : evil) {
    auto call = upload_call(name, name, name);
    const auto parts = read_form(to_upload_request(call, "bytes"));
    ASSERT_EQ(parts.size(), 1u) << testing::PrintToString(name);
    ASSERT_EQ(parts[0].headers.size(), 2u) << testing::PrintToString(name);
    EXPECT_EQ(count_of(parts[0].headers[0], "\""), 4u) << parts[0].headers[0];
    EXPECT_EQ(parts[0].body, "bytes");
    for (const auto& line : parts[0].headers) {
      EXPECT_TRUE(std::none_of(line.begin(), line.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
      })) << testing::PrintToString(line);
    }
  }
}

TEST(Calls, NoFormFieldNameLeavesItsPart) {
  auto call = upload_call("f", "n", "m");
  call.body = "a%22%3B%20filename%3D%22x=1&b%0D%0AX-Injected%3A%201=2&c=%0D%0A--parley-%0D%0A";
  const auto parts = read_form(to_upload_request(call, "bytes"));
  ASSERT_EQ(parts.size(), 4u);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(parts[i].headers.size(), 1u) << i;
    EXPECT_EQ(count_of(parts[i].headers[0], "\""), 2u) << parts[i].headers[0];
  }
  EXPECT_EQ(parts[2].body, "\r\n--parley-\r\n");
}

TEST(Calls, NobodyCanGuessABoundary) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    seen.insert(header_of(to_upload_request(upload_call("f", "n", "m"), ""), "content-type"));
  }
  EXPECT_EQ(seen.size(), 200u);
  EXPECT_GE(seen.begin()->size(), std::string("multipart/form-data; boundary=").size() + 32);
}

TEST(Calls, AnAnswerIsSeenAsTheConnectorReadsIt) {
  const http::ClientAnswer answer{
      .status = 429, .headers = {{"retry-after", "3"}, {"x", "y"}}, .body = "slow down"};
  const AnswerView view(answer);
  EXPECT_EQ(view.get().status, 429);
  EXPECT_EQ(view.get().header("retry-after"), "3");
  EXPECT_EQ(view.get().body, "slow down");
}

}  // namespace
}  // namespace parley::gateway
