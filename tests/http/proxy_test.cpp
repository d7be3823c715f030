// The smuggling vectors through real proxies in front of us, nginx and haproxy: whatever they make
// of a vector, no request reaches us that they did not send, and the next customer on the same
// connection to us gets their own answer.
//
// Not of the default run: `ctest -L slow -R proxy_tests`, or PARLEY_PROXIES=1. A proxy that is not
// installed (PARLEY_NGINX, PARLEY_HAPROXY; Debian packages nginx-light and haproxy) is named
// as not there.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/http/smuggling_vectors.hpp"
#include "tests/http/wire_fixture.hpp"

namespace parley::gateway::http {
namespace {

namespace fs = std::filesystem;

struct Kind {
  const char* name;
  const char* variable;
  const char* usual;
};
constexpr Kind kNginx{"nginx", "PARLEY_NGINX", "/usr/sbin/nginx"};
constexpr Kind kHaproxy{"haproxy", "PARLEY_HAPROXY", "/usr/sbin/haproxy"};

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&at), size), 0);
  EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size), 0);
  ::close(fd);
  return ntohs(at.sin_port);
}

std::string nginx_text(const std::string& home, std::uint16_t from, std::uint16_t to) {
  return "daemon off; master_process off; pid " + home +
         "/pid; error_log stderr crit;\n"
         "events {}\nhttp {\n access_log " +
         home +
         "/log lines;\n"
         " log_format lines '$request_method $request_uri';\n"
         " client_body_temp_path " +
         home + "; proxy_temp_path " + home +
         ";\n"
         " fastcgi_temp_path " +
         home + "; uwsgi_temp_path " + home + "; scgi_temp_path " + home +
         ";\n upstream us { server 127.0.0.1:" + std::to_string(to) +
         "; keepalive 1; }\n"
         " server { listen 127.0.0.1:" +
         std::to_string(from) +
         ";\n"
         "  location / { proxy_pass http://us; proxy_http_version 1.1;\n"
         "   proxy_set_header Connection ''; proxy_request_buffering off; } } }\n";
}

std::string haproxy_text(const std::string&, std::uint16_t from, std::uint16_t to) {
  return "global\n maxconn 100\n nbthread 1\n"
         "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n"
         " http-reuse always\n"
         "frontend in\n bind 127.0.0.1:" +
         std::to_string(from) +
         "\n default_backend us\nbackend us\n server us 127.0.0.1:" + std::to_string(to) +
         " pool-max-conn 1\n";
}

class Proxy {
 public:
  Proxy(const Kind& kind, std::uint16_t to) : port_(free_port()) {
    std::string name = (fs::temp_directory_path() / "parley-proxy-XXXXXX").string();
    home_ = ::mkdtemp(name.data());
    const bool nginx = std::string(kind.name) == "nginx";
    const auto file = home_ + "/conf";
    std::ofstream(file) << (nginx ? nginx_text : haproxy_text)(home_, port_, to);
    const auto program = binary(kind);
    pid_ = ::fork();
    if (pid_ == 0) {
      nginx ? ::execl(program.c_str(), program.c_str(), "-p", home_.c_str(), "-c", file.c_str(),
                      nullptr)
            : ::execl(program.c_str(), program.c_str(), "-db", "-q", "-f", file.c_str(), nullptr);
      ::_exit(127);
    }
    EXPECT_TRUE(eventually([&] { return RawClient(port_).connected(); })) << program;
  }
  ~Proxy() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    std::error_code ignored;
    fs::remove_all(home_, ignored);
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  static std::string binary(const Kind& kind) {
    const char* given = std::getenv(kind.variable);
    return given ? given : kind.usual;
  }
  std::string answer(const std::string& bytes) const {
    RawClient raw(port_);
    raw.send(bytes);
    raw.end_sending();
    return raw.read_to_end();
  }

 private:
  const std::uint16_t port_;
  std::string home_;
  pid_t pid_ = 0;
};

std::string canary(std::size_t number, const char* what) {
  return "GET /" + std::string(what) + std::to_string(number) +
         " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
}

class Proxies : public testing::TestWithParam<Kind> {};

// Where a proxy takes a vector's end for a request's end, what stands behind it is a request of the
// same client, and it answers that client: there are as many answers as requests we carried out.
TEST_P(Proxies, InFrontLetNoRequestThroughThatTheyDidNotSend) {
  if (std::getenv("PARLEY_PROXIES") == nullptr) return;
  const auto program = Proxy::binary(GetParam());
  if (::access(program.c_str(), X_OK) != 0) {
    std::cout << program << " is not there: NOTHING WAS TRIED BEHIND " << GetParam().name << '\n';
    return;
  }
  RunningServer running;
  const Proxy proxy(GetParam(), running.server->port());
  std::size_t passed = 0;
  const auto vectors = smuggling_vectors();
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    SCOPED_TRACE(vectors[i].name);
    const auto before = running.handler.requests().size();
    const auto answers = proxy.answer(vectors[i].bytes + canary(i, "canary"));
    const auto executed = running.handler.requests().size() - before;
    std::size_t answered = 0;  // by us: what we carry out is in its answer
    for (const auto* mark : {"GET /", "POST /", "HEAD /", "PUT /", "DELETE /", "OPTIONS /"}) {
      for (auto at = answers.find(mark); at != answers.npos; at = answers.find(mark, at + 1)) {
        ++answered;
      }
    }
    EXPECT_LE(executed, std::max<std::size_t>(answered, 2)) << answers;
    if (answers.find("canary" + std::to_string(i)) == answers.npos) {
      for (const auto& request : running.handler.requests()) {
        EXPECT_EQ(request.path.find("/canary" + std::to_string(i)), std::string::npos)
            << "carried out and answered to nobody";
      }
    }
    passed += executed > 0 ? 1 : 0;
    const auto clean = proxy.answer(canary(i, "clean"));
    EXPECT_EQ(clean.find("HTTP/1.1 200"), 0u) << clean;
    EXPECT_NE(clean.find("GET /clean" + std::to_string(i)), std::string::npos)
        << "the next customer got another's answer: " << clean;
  }
  std::cout << GetParam().name << ": " << vectors.size() << " vectors, " << passed
            << " passed on in some form\n";
}
INSTANTIATE_TEST_SUITE_P(Table, Proxies, testing::Values(kNginx, kHaproxy),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace parley::gateway::http
