// gateway/runtime/metrics.hpp
// Counters, gauges and histograms by name and labels, given out as Prometheus text. prometheus-cpp
// stays in metrics.cpp.
//
// Threads  any; a handle is cheap to keep and safe to use concurrently.
// Limits   labels are platforms, channels, outcomes: never ids of people or messages.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace parley::gateway {

class Counter {
 public:
  void add(double by = 1);
  explicit Counter(void* handle) : handle_(handle) {}

 private:
  void* handle_;
};
class Gauge {
 public:
  void set(double value);
  void add(double by);
  explicit Gauge(void* handle) : handle_(handle) {}

 private:
  void* handle_;
};
class Histogram {
 public:
  void observe(double value);
  explicit Histogram(void* handle) : handle_(handle) {}

 private:
  void* handle_;
};

using Labels = std::map<std::string, std::string>;

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Counter counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  // Buckets in seconds, 100 us to 30 s.
  Histogram histogram(std::string_view name, std::string_view help, const Labels& labels = {});
  std::string text() const;  // Prometheus exposition format

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::gateway
