#include "gateway/runtime/metrics.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace parley::gateway {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(MetricsText, ShowsCountersGaugesAndHistograms) {
  Metrics metrics;
  metrics.counter("sends_total", "Messages sent.", {{"platform", "line"}}).add(3);
  metrics.gauge("queue_length_count", "Waiting.").set(7);
  metrics.histogram("turn_seconds", "A turn.").observe(0.0004);
  const auto text = metrics.text();
  EXPECT_TRUE(has(text, "# TYPE sends_total counter")) << text;
  EXPECT_TRUE(has(text, "sends_total{platform=\"line\"} 3")) << text;
  EXPECT_TRUE(has(text, "queue_length_count 7")) << text;
  EXPECT_TRUE(has(text, "turn_seconds_bucket{le=\"0.00025\"} 0")) << text;
  EXPECT_TRUE(has(text, "turn_seconds_bucket{le=\"0.0005\"} 1")) << text;
  EXPECT_TRUE(has(text, "turn_seconds_count 1")) << text;
}

TEST(MetricsText, TheSameNameAndLabelsAreOneSeries) {
  Metrics metrics;
  metrics.counter("a_total", "a", {{"x", "1"}}).add();
  metrics.counter("a_total", "a", {{"x", "1"}}).add();
  metrics.counter("a_total", "a", {{"x", "2"}}).add();
  const auto text = metrics.text();
  EXPECT_TRUE(has(text, "a_total{x=\"1\"} 2")) << text;
  EXPECT_TRUE(has(text, "a_total{x=\"2\"} 1")) << text;
}

TEST(MetricsText, OneNameCannotBeTwoKinds) {
  Metrics metrics;
  metrics.counter("a_total", "a").add();
  EXPECT_THROW(metrics.gauge("a_total", "a"), std::invalid_argument);
}

TEST(MetricsLimit, PastTheLimitSeriesShareOther) {
  Metrics metrics;
  for (int i = 0; i < 5'000; ++i) {
    metrics.counter("b_total", "b", {{"who", std::to_string(i)}}).add();
  }
  const auto text = metrics.text();
  EXPECT_TRUE(has(text, "b_total{who=\"other\"} 3000")) << text.substr(0, 300);
  EXPECT_FALSE(has(text, "b_total{who=\"4999\"}"));
}

}  // namespace
}  // namespace parley::gateway
