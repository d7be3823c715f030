// tests/http/test_ca.hpp
// A certificate authority made for one test run, in a folder of its own.
#pragma once

#include <string>

#include "gateway/http/server.hpp"

namespace parley::gateway::http {

struct CertificateWish {
  std::string host = "service.test";  // a DNS name, or an IP address
  int days_from = -1;
  int days_until = 1;
  bool self_signed = false;
};

class TestCa {
 public:
  TestCa();
  ~TestCa();  // removes the folder
  TestCa(const TestCa&) = delete;
  TestCa& operator=(const TestCa&) = delete;
  std::string ca_file() const { return folder_ + "/ca.pem"; }
  TlsFiles issue(const CertificateWish& wish);
  const std::string& folder() const { return folder_; }

 private:
  struct Keys;
  std::string folder_;
  Keys* keys_;
  int serial_ = 1;
};

}  // namespace parley::gateway::http
