// Nothing a browser would run is ever served as what its sender calls it, and no file name leaves
// its field.
#include "gateway/pipeline/media_type.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

namespace parley::gateway {
namespace {

using namespace std::string_literals;

constexpr const char* kOctets = "application/octet-stream";

struct TypeCase {
  std::string bytes, declared, want;
};

TEST(MediaType, TheFirstBytesDecide) {
  const TypeCase cases[] = {
      {"\x89PNG\r\n\x1a\nrest", "", "image/png"},
      {"\x89PNG\r\n\x1a\nrest", "text/html", "image/png"},
      {"\xff\xd8\xff\xe0rest", "image/png", "image/jpeg"},
      {"GIF89a<script>", "text/html", "image/gif"},
      {"GIF87a", "", "image/gif"},
      {"RIFF\x10\x00\x00\x00WEBPVP8 "s, "", "image/webp"},
      {"RIFF\x10\x00\x00\x00WAVEfmt "s, "", "audio/wav"},
      {"%PDF-1.7", "text/html", "application/pdf"},
      {"#!AMR\n", "", "audio/amr"},
      {"OggS", "", "audio/ogg"},
      {"ID3\x03", "", "audio/mpeg"},
      {"\0\0\0\x20"s + "ftypM4A ", "", "audio/mp4"},
      {"\0\0\0\x20"s + "ftypisom", "", "video/mp4"},
      {"\x1a\x45\xdf\xa3", "", "video/webm"},
      {"PK\x03\x04zip", "", "application/zip"},
      {"PK\x03\x04zip", "text/html", "application/zip"},
      {"PK\x03\x04zip", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
       "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"hello", "text/plain", "text/plain"},
      {"hello", "text/plain; charset=utf-8", "text/plain"},
      {"a,b", "text/csv", "text/csv"},
      {"{}", "application/json", "application/json"},
      {"\x89PN", "image/png", kOctets},  // cut off: not what it says
      {"RIFF\x10\x00\x00\x00"s, "image/webp", kOctets},
      {"", "image/png", kOctets},
      {"hello", "", kOctets},
      {"hello", "x", kOctets},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(media_type(one.bytes, one.declared), one.want)
        << testing::PrintToString(one.bytes) << " declared " << one.declared;
  }
}

TEST(MediaType, WhatABrowserWouldRunIsNeverServedAsSuch) {
  const std::string bodies[] = {
      "<!DOCTYPE html><script>alert(1)</script>",
      "<html>",
      "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
      "<?xml version=\"1.0\"?><svg/>",
      "alert(1)",
      "\xef\xbb\xbf<html>",
      "   <html>",
      "GIF88a<html>",
      "\0<html>"s,
  };
  const std::string declared[] = {"text/html",
                                  "TEXT/HTML",
                                  "text/html; charset=utf-8",
                                  " text/html",
                                  "image/svg+xml",
                                  "application/xhtml+xml",
                                  "text/xml",
                                  "application/xml",
                                  "text/javascript",
                                  "application/javascript",
                                  "application/ecmascript",
                                  "module",
                                  "text/css",
                                  "application/x-shockwave-flash",
                                  "image/png",
                                  "video/mp4",
                                  "text/plain\r\nContent-Type: text/html",
                                  "multipart/x-mixed-replace",
                                  "application/vnd.openxmlformats-x.evil+xml"};
  for (const auto& body : bodies) {
    for (const auto& type : declared) {
      EXPECT_EQ(media_type(body, type), kOctets)
          << testing::PrintToString(body) << " declared " << testing::PrintToString(type);
    }
  }
}

struct NameCase {
  std::string name, want;
};

TEST(SafeFileName, NoPathNoControlsNoQuotes) {
  const NameCase cases[] = {
      {"report.pdf", "report.pdf"},
      {"发票 2026.pdf", "发票 2026.pdf"},
      {"../../etc/passwd", "passwd"},
      {"..\\..\\windows\\system.ini", "system.ini"},
      {"/", "file"},
      {"..", "file"},
      {".", "file"},
      {"", "file"},
      {"a/..", "file"},
      {"x\r\nSet-Cookie: a=b", "xSet-Cookie: a=b"},
      {"a\"; filename=\"evil.exe", "a; filename=evil.exe"},
      {"a\0b"s, "ab"},
      {"a\x7f\x1b[2Jb", "a[2Jb"},
      {"\"\"", "file"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(safe_file_name(one.name), one.want) << testing::PrintToString(one.name);
  }
}

TEST(SafeFileName, LongNamesAreCutBetweenCharacters) {
  for (std::size_t lead = 0; lead < 4; ++lead) {
    std::string name(lead, 'a');
    for (int i = 0; i < 100; ++i) name += "图";
    const auto cut = safe_file_name(name);
    EXPECT_LE(cut.size(), 120u);
    EXPECT_GT(cut.size(), 110u);
    EXPECT_TRUE(simdjson::validate_utf8(cut.data(), cut.size())) << lead;
  }
}

TEST(SafeFileName, TheNameIsAlwaysText) {
  const std::string names[] = {"\xff\xfe.pdf",
                               "caf\xe9.txt",
                               "a\xe5\x9b",
                               "\xc0\xaf",
                               "\xed\xa0\x80x",
                               std::string(119, 'a') + "\xe5\x9b",
                               std::string(300, '\x80')};
  for (const auto& name : names) {
    const auto safe = safe_file_name(name);
    EXPECT_TRUE(simdjson::validate_utf8(safe.data(), safe.size())) << testing::PrintToString(name);
    EXPECT_FALSE(safe.empty());
  }
  EXPECT_EQ(safe_file_name("caf\xe9.txt"), "caf_.txt");
}

}  // namespace
}  // namespace parley::gateway
