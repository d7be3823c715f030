#include "gateway/http/address_guard.hpp"

#include <gtest/gtest.h>

#include <string_view>

#include "gateway/http/client_url.hpp"

namespace parley::gateway::http {
namespace {

using enum AddressKind;

struct AddressCase {
  std::string_view text;
  AddressKind want;
};

constexpr AddressCase kAddresses[] = {
    // Ordinary ones.
    {"8.8.8.8", global},
    {"1.1.1.1", global},
    {"93.184.216.34", global},
    {"172.15.255.255", global},
    {"172.32.0.0", global},
    {"100.63.255.255", global},
    {"100.128.0.0", global},
    {"169.253.255.255", global},
    {"192.167.255.255", global},
    {"192.169.0.0", global},
    {"198.17.255.255", global},
    {"198.20.0.0", global},
    {"223.255.255.255", global},
    {"11.0.0.0", global},
    {"126.255.255.255", global},
    {"128.0.0.0", global},
    {"2606:4700:4700::1111", global},
    {"2a00:1450:4001:81b::200e", global},
    {"2400:3200::1", global},
    {"64:ff9b::808:808", global},
    {"::ffff:8.8.8.8", global},
    // IPv4 that is not for us.
    {"0.0.0.0", unspecified},
    {"0.1.2.3", unspecified},
    {"10.0.0.1", private_use},
    {"10.255.255.255", private_use},
    {"100.64.0.1", private_use},
    {"100.127.255.255", private_use},
    {"100.100.100.200", metadata},
    {"127.0.0.1", loopback},
    {"127.1.2.3", loopback},
    {"127.255.255.255", loopback},
    {"168.63.129.16", metadata},
    {"169.254.0.1", link_local},
    {"169.254.169.254", metadata},
    {"169.254.170.2", metadata},
    {"172.16.0.1", private_use},
    {"172.31.255.255", private_use},
    {"192.0.0.1", reserved},
    {"192.0.0.192", reserved},
    {"192.0.2.1", reserved},
    {"192.88.99.1", reserved},
    {"192.168.0.1", private_use},
    {"192.168.255.255", private_use},
    {"198.18.0.1", reserved},
    {"198.19.255.255", reserved},
    {"198.51.100.7", reserved},
    {"203.0.113.9", reserved},
    {"224.0.0.1", multicast},
    {"239.255.255.250", multicast},
    {"240.0.0.1", reserved},
    {"255.255.255.255", reserved},
    // IPv6 that is not for us.
    {"::", unspecified},
    {"::1", loopback},
    {"0:0:0:0:0:0:0:1", loopback},
    {"fc00::1", private_use},
    {"fd12:3456:789a::1", private_use},
    {"fd00:ec2::254", metadata},
    {"fe80::1", link_local},
    {"febf::1", link_local},
    {"fec0::1", reserved},
    {"ff02::1", multicast},
    {"ff0e::1", multicast},
    {"2001:db8::1", reserved},
    {"2001::1", reserved},
    {"2001:0:53aa:64c:0:0:7f00:1", reserved},
    {"3fff::1", reserved},
    {"100::1", reserved},
    {"4000::1", reserved},
    // IPv4 in other clothes.
    {"::ffff:127.0.0.1", loopback},
    {"::ffff:7f00:1", loopback},
    {"::FFFF:10.0.0.1", private_use},
    {"::ffff:169.254.169.254", metadata},
    {"::ffff:a9fe:a9fe", metadata},
    {"::ffff:0.0.0.0", unspecified},
    {"::127.0.0.1", reserved},
    {"::7f00:1", reserved},
    {"64:ff9b::127.0.0.1", loopback},
    {"64:ff9b::7f00:1", loopback},
    {"64:ff9b::a9fe:a9fe", metadata},
    {"64:ff9b::a00:1", private_use},
    {"64:ff9b:1::a00:1", reserved},
    {"2002:7f00:1::", loopback},
    {"2002:a9fe:a9fe::", metadata},
    {"2002:c0a8:1::1", private_use},
    {"2002:808:808::1", reserved},
    {"::ffff:0:127.0.0.1", reserved},
    // No address in the standard notation.
    {"", invalid},
    {"127.1", invalid},
    {"127.0.1", invalid},
    {"2130706433", invalid},
    {"0x7f000001", invalid},
    {"0x7f.0.0.1", invalid},
    {"0177.0.0.1", invalid},
    {"127.0.0.01", invalid},
    {"127.0.0.1.", invalid},
    {" 127.0.0.1", invalid},
    {"127.0.0.1:80", invalid},
    {"[::1]", invalid},
    {"fe80::1%eth0", invalid},
    {"::ffff:127.1", invalid},
    {"256.1.1.1", invalid},
    {"localhost", invalid},
    {"1.2.3.4.5", invalid},
    {"12345::", invalid},
    {"\xef\xbc\x91.1.1.1", invalid},
};
static_assert(std::size(kAddresses) >= 90);

TEST(AddressGuard, KnowsWhatAnAddressIsFor) {
  for (const auto& [text, want] : kAddresses) {
    EXPECT_EQ(to_string(classify_address(text)), to_string(want)) << "'" << text << "'";
  }
}

TEST(AddressGuard, ANulEndsNoAddressEarly) {
  EXPECT_EQ(classify_address(std::string_view("8.8.8.8\0.evil", 13)), invalid);
}

TEST(AddressGuard, AListedHostOpensPrivateAndLoopbackOnly) {
  for (const auto kind : {global, private_use, loopback, metadata, link_local, multicast,
                          unspecified, reserved, invalid}) {
    EXPECT_EQ(may_connect(kind, false), kind == global) << to_string(kind);
    EXPECT_EQ(may_connect(kind, true), kind == global || kind == private_use || kind == loopback)
        << to_string(kind);
  }
}

struct UrlCase {
  std::string_view url;
  std::string_view host;  // "" : refused
  int port = 0;
  std::string_view target = "/";
};

constexpr UrlCase kUrls[] = {
    {"https://example.com", "example.com", 443, "/"},
    {"https://Example.COM/", "example.com", 443, "/"},
    {"HTTP://example.com/a?b=c", "example.com", 80, "/a?b=c"},
    {"https://example.com?x=1", "example.com", 443, "/?x=1"},
    {"https://example.com:8443/x", "example.com", 8443, "/x"},
    {"https://[2606:4700::1111]/x", "2606:4700::1111", 443, "/x"},
    {"https://[2606:4700::1111]:444/", "2606:4700::1111", 444, "/"},
    {"https://1.2.3.4:1/", "1.2.3.4", 1, "/"},
    {"https://xn--fiqs8s.example/", "xn--fiqs8s.example", 443, "/"},
    {"https://a_b.example/", "a_b.example", 443, "/"},
    {"", ""},
    {"example.com", ""},
    {"ftp://example.com/", ""},
    {"file:///etc/passwd", ""},
    {"gopher://example.com/", ""},
    {"https:///x", ""},
    {"https://user@example.com/", ""},
    {"https://user:pw@example.com/", ""},
    {"https://good.example@127.0.0.1/", ""},
    {"https://127.1/", ""},
    {"https://2130706433/", ""},
    {"https://0x7f000001/", ""},
    {"https://0x7f.1/", ""},
    {"https://0177.0.0.1/", ""},
    {"https://127.0.0.1./", ""},
    {"https://example.com./", ""},
    {"https://example..com/", ""},
    {"https://.example.com/", ""},
    {"https://-a.example/", ""},
    {"https://[::1/", ""},
    {"https://[]/", ""},
    {"https://[::1%25eth0]/", ""},
    {"https://[1.2.3.4]/", ""},
    {"https://example.com:0/", ""},
    {"https://example.com:65536/", ""},
    {"https://example.com:/", ""},
    {"https://example.com:8a/", ""},
    {"https://example.com:-1/", ""},
    {"https://exa mple.com/", ""},
    {"https://example.com/a b", ""},
    {"https://example.com/\r\nX: y", ""},
    {"https://example.com/#fragment", ""},
    {"https://example.com\\@evil.example/", ""},
    {"https://example.com/\\evil", ""},
    {"https://\xe4\xbd\xa0.example/", ""},
    {"https://example.com/\xe4\xbd\xa0", ""},
    {"https://ex%61mple.com/", ""},
};

TEST(ClientUrl, IsReadStrictly) {
  for (const auto& row : kUrls) {
    const auto url = parse_client_url(row.url);
    ASSERT_EQ(url.has_value(), !row.host.empty()) << row.url;
    if (!url) {
      EXPECT_EQ(url.error().code, Errc::misconfigured);
      continue;
    }
    EXPECT_EQ(url->host, row.host) << row.url;
    EXPECT_EQ(url->port, row.port) << row.url;
    EXPECT_EQ(url->target, row.target) << row.url;
  }
}

TEST(ClientUrl, TheErrorDoesNotShowTheUrl) {
  const auto url = parse_client_url("https://user:hunter2@example.com/?token=hunter2");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().detail.find("hunter2"), std::string::npos);
}

TEST(ClientUrl, TheAuthorityLeavesDefaultPortsOut) {
  EXPECT_EQ(parse_client_url("https://example.com:443/")->authority(), "example.com");
  EXPECT_EQ(parse_client_url("http://example.com:443/")->authority(), "example.com:443");
  EXPECT_EQ(parse_client_url("https://[::1]:8443/")->authority(), "[::1]:8443");
}

}  // namespace
}  // namespace parley::gateway::http
