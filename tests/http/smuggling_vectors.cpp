#include "tests/http/smuggling_vectors.hpp"

#include <string_view>

namespace parley::gateway::http {
namespace {

std::string post(const std::string& fields, const std::string& body = "") {
  return post_with(fields, body);
}
std::string line(const std::string& request_line) { return request_line + "\r\nHost: a\r\n\r\n"; }
std::string with_host(const std::string& host_lines) {
  return "GET /x HTTP/1.1\r\n" + host_lines + "\r\n";
}
std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

void add_length_vectors(std::vector<SmugglingVector>& all) {
  for (const std::string value : {"+5",
                                  "-5",
                                  "0x5",
                                  "5 5",
                                  "5,5",
                                  "5, 5",
                                  "5;5",
                                  "",
                                  "five",
                                  "5.0",
                                  "1e1",
                                  "5_0",
                                  "18446744073709551621",
                                  "00000000005",
                                  "4294967296000",
                                  "\"5\"",
                                  "5\t5",
                                  "5 ,",
                                  ",5",
                                  "٥",
                                  "0005000000000",
                                  "5\x0b"}) {
    all.push_back({"length '" + value + "'", post("Content-Length: " + value + "\r\n", "hello")});
  }
  all.push_back({"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")});
  all.push_back({"two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!")});
  all.push_back({"length of two cases", post("content-length: 5\r\nCONTENT-LENGTH: 0\r\n")});
  all.push_back({"space before colon", post("Content-Length : 5\r\n", "hello")});
  all.push_back({"tab before colon", post("Content-Length\t: 5\r\n", "hello")});
  all.push_back({"length with underscore", post("Content_Length: 5\r\n", "hello")});
  all.push_back({"tab before length", post("Content-Length:\t5\r\n", "hello")});
  all.push_back({"tab after length", post("Content-Length: 5\t\r\n", "hello")});
  all.push_back({"folded length", post("Content-Length:\r\n 5\r\n", "hello")});
  all.push_back({"length on its own folded line", post("X: y\r\n Content-Length: 5\r\n", "hello")});
  all.push_back(
      {"GET with a body", "GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"});
  all.push_back(
      {"HEAD with a body", "HEAD /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"});
  all.push_back(
      {"DELETE with a body", "DELETE /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"});
  all.push_back(
      {"OPTIONS with a body", "OPTIONS /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"});
  all.push_back({"GET with chunks",
                 "GET /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                 "\r\n5\r\nhello\r\n0\r\n\r\n"});
}

void add_transfer_vectors(std::vector<SmugglingVector>& all) {
  const std::string body = "5\r\nhello\r\n0\r\n\r\n";
  for (const std::string value : {"gzip",
                                  "xchunked",
                                  "identity",
                                  "",
                                  "chunked, identity",
                                  "identity, chunked",
                                  "chunked, chunked",
                                  "gzip, chunked",
                                  "chunked;q=1",
                                  "chunked ; a=b",
                                  "\"chunked\"",
                                  ", chunked",
                                  "chunked,",
                                  "chunked\x0b",
                                  "\x0b"
                                  "chunked",
                                  "chunked\x01",
                                  "chunke",
                                  "chunkedd",
                                  "c hunked",
                                  "chunked\xa0",
                                  "\xc2\xa0"
                                  "chunked",
                                  "deflate",
                                  "cow"}) {
    all.push_back({"transfer '" + value + "'", post("Transfer-Encoding: " + value + "\r\n", body)});
    all.push_back({"transfer '" + value + "' and length",
                   post("Transfer-Encoding: " + value + "\r\nContent-Length: 5\r\n", "hello")});
  }
  all.push_back({"tab before chunked", post("Transfer-Encoding:\tchunked\r\n", body)});
  all.push_back({"tab after chunked", post("Transfer-Encoding: chunked\t\r\n", body)});
  all.push_back({"length then chunked",
                 post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")});
  all.push_back({"chunked then length",
                 post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")});
  all.push_back({"chunked twice",
                 post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", body)});
  all.push_back({"chunked and identity",
                 post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", body)});
  all.push_back({"folded chunked", post("Transfer-Encoding:\r\n chunked\r\n", body)});
  all.push_back({"folded with tab", post("Transfer-Encoding:\r\n\tchunked\r\n", body)});
  all.push_back({"space before transfer", post(" Transfer-Encoding: chunked\r\n", body)});
  all.push_back({"space after transfer", post("Transfer-Encoding : chunked\r\n", body)});
  all.push_back({"transfer with underscore", post("Transfer_Encoding: chunked\r\n", body)});
  all.push_back({"chunked on 1.0",
                 "POST /x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                 "\r\n" +
                     body});
  all.push_back({"connection names length",
                 post("Connection: close, Content-Length\r\nContent-Length: 5\r\n", "hello")});
  all.push_back({"connection names transfer",
                 post("Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n", body)});
  all.push_back({"connection names host", post("Connection: host\r\n")});
}

void add_chunk_vectors(std::vector<SmugglingVector>& all) {
  for (const std::string body : {"5;a=b\r\nhello\r\n0\r\n\r\n",
                                 "5;a\nb\r\nhello\r\n0\r\n\r\n",
                                 "5\nhello\r\n0\r\n\r\n",
                                 "5\r\nhelloX\r\n0\r\n\r\n",
                                 "5\r\nhello\n0\r\n\r\n",
                                 "0x5\r\nhello\r\n0\r\n\r\n",
                                 "+5\r\nhello\r\n0\r\n\r\n",
                                 "-5\r\nhello\r\n0\r\n\r\n",
                                 "5 \r\nhello\r\n0\r\n\r\n",
                                 " 5\r\nhello\r\n0\r\n\r\n",
                                 "\t5\r\nhello\r\n0\r\n\r\n",
                                 "5_\r\nhello\r\n0\r\n\r\n",
                                 "10000000000000005\r\nhello\r\n0\r\n\r\n",
                                 "000000000005\r\nhello\r\n0\r\n\r\n",
                                 "5\r\nhello\r\n0\r\nContent-Length: 99\r\n\r\n",
                                 "5\r\nhello\r\n0\r\nAuthorization: x\r\n\r\n",
                                 "5\r\nhello\r\n0\r\nHost: b\r\n\r\n",
                                 "5\r\nhello\r\n0;x\r\n\r\n",
                                 "5\r\nhello\r\n0\n\r\n",
                                 "5\r\nhello\r\n0\r\n\n",
                                 "g\r\nhello\r\n0\r\n\r\n",
                                 "\r\n5\r\nhello\r\n0\r\n\r\n",
                                 ";\r\nhello\r\n0\r\n\r\n",
                                 "5\rhello\r\n0\r\n\r\n",
                                 "5\r\nhello\r\r\n0\r\n\r\n"}) {
    all.push_back({"chunk '" + body + "'", chunked(body)});
  }
}

void add_line_vectors(std::vector<SmugglingVector>& all) {
  for (const std::string request_line : {"GET  /x HTTP/1.1",
                                         "GET /x  HTTP/1.1",
                                         " GET /x HTTP/1.1",
                                         "GET /x HTTP/1.1 ",
                                         "GET\t/x\tHTTP/1.1",
                                         "GET\t/x HTTP/1.1",
                                         "GET /x",
                                         "GET /x HTTP/1.2",
                                         "GET /x HTTP/2.0",
                                         "GET /x HTTP/0.9",
                                         "GET /x HTTP/1.10",
                                         "GET /x HTTP/01.1",
                                         "GET /x HTTP/1,1",
                                         "GET /x http/1.1",
                                         "GET /x HTTP 1.1",
                                         "GET /x HTTP/1.1\x0b",
                                         "GET /x XTTP/1.1",
                                         "GET http://evil/ HTTP/1.1",
                                         "GET https://evil/ HTTP/1.1",
                                         "GET evil HTTP/1.1",
                                         "GET * HTTP/1.1",
                                         "OPTIONS * HTTP/1.1",
                                         "CONNECT evil:443 HTTP/1.1",
                                         "GET  HTTP/1.1",
                                         "GET /x\x01 HTTP/1.1",
                                         "GET /\x7f HTTP/1.1",
                                         "GET /\xe4\xbd\xa0 HTTP/1.1",
                                         "GET /x#y HTTP/1.1",
                                         "GET /\\x HTTP/1.1",
                                         "GET /a b HTTP/1.1",
                                         "get /x HTTP/1.1",
                                         "G@T /x HTTP/1.1",
                                         "(GET) /x HTTP/1.1",
                                         "GET: /x HTTP/1.1",
                                         "GET/x HTTP/1.1",
                                         "AAAAAAAAAAAAAAAAAAAAAAAAAAAA /x HTTP/1.1",
                                         "PRI * HTTP/2.0",
                                         "\x16\x03\x01",
                                         ""}) {
    all.push_back({"line '" + request_line + "'", line(request_line)});
  }
  all.push_back({"empty line first", "\r\n" + line("GET /x HTTP/1.1")});
  all.push_back({"three empty lines first", "\r\n\r\n\r\n" + line("GET /x HTTP/1.1")});
  all.push_back({"bare LF lines", "POST /x HTTP/1.1\nHost: a\nContent-Length: 5\n\nhello"});
  all.push_back({"bare LF after the line", "GET /x HTTP/1.1\nHost: a\r\n\r\n"});
  all.push_back({"LF for the empty line", "GET /x HTTP/1.1\r\nHost: a\r\n\n"});
  all.push_back({"bare CR line", "GET /x HTTP/1.1\rHost: a\r\n\r\n"});
  all.push_back({"double CR", "GET /x HTTP/1.1\r\nHost: a\r\r\n\r\n"});
}

void add_field_vectors(std::vector<SmugglingVector>& all) {
  using namespace std::string_literals;
  for (const std::string& hosts : {""s,
                                   "Host: a\r\nHost: b\r\n"s,
                                   "Host: a\r\nHost: a\r\n"s,
                                   "Host: a\r\nhost: a\r\n"s,
                                   "Host:\r\n"s,
                                   "Host: a b\r\n"s,
                                   "Host: a,b\r\n"s,
                                   "Host: user@a\r\n"s,
                                   "Host: a/b\r\n"s,
                                   "Host: http://a\r\n"s,
                                   "Host: a:b\r\n"s,
                                   "Host: a:1:2\r\n"s,
                                   "Host: a:123456\r\n"s,
                                   "Host: [::1\r\n"s,
                                   "Host: [x]\r\n"s,
                                   "Host: \xe4\xbd\xa0\r\n"s,
                                   "Host: a?b\r\n"s,
                                   "Host: a#b\r\n"s,
                                   "Host: a%2eb\r\n"s,
                                   "Host : a\r\n"s,
                                   " Host: a\r\n"s,
                                   "Host: a\r\n b\r\n"s,
                                   "Host: a\r\n\tb\r\n"s}) {
    all.push_back({"host '" + hosts + "'", with_host(hosts)});
  }
  for (const std::string& field : {"X: a\rb\r\n"s,
                                   "X: a\nContent-Length: 5\r\n"s,
                                   "X: a\0b\r\n"s,
                                   "X\0: b\r\n"s,
                                   "X: a\x01\r\n"s,
                                   "X: a\x7f\r\n"s,
                                   "X: a\x1b[0m\r\n"s,
                                   ": x\r\n"s,
                                   "no colon\r\n"s,
                                   "X Y: z\r\n"s,
                                   "X(: y\r\n"s,
                                   "X\xc3\xa4: y\r\n"s,
                                   "X_Parley_Tenant: y\r\n"s,
                                   "X\"Y: z\r\n"s,
                                   "X/Y: z\r\n"s,
                                   "X,Y: z\r\n"s,
                                   "\tX: y\r\n"s,
                                   "X: y\r\n folded\r\n"s,
                                   "X: y\r\n\tfolded\r\n"s,
                                   "X@: y\r\n"s,
                                   "{X}: y\r\n"s}) {
    all.push_back({"field '" + field + "'", post(field)});
  }
  all.push_back({"unknown expectation", post("Expect: 200-ok\r\n"), 417});
  all.push_back({"two expectations", post("Expect: 100-continue\r\nExpect: x\r\n"), 417});
  all.push_back(
      {"gzip body", post("Content-Encoding: gzip\r\nContent-Length: 5\r\n", "hello"), 415});
  all.push_back(
      {"br and identity", post("Content-Encoding: identity\r\nContent-Encoding: br\r\n"), 415});
}

}  // namespace

std::string post_with(const std::string& fields, const std::string& body) {
  return "POST /x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

std::vector<SmugglingVector> smuggling_vectors() {
  std::vector<SmugglingVector> all;
  add_length_vectors(all);
  add_transfer_vectors(all);
  add_chunk_vectors(all);
  add_line_vectors(all);
  add_field_vectors(all);
  return all;
}

}  // namespace parley::gateway::http
