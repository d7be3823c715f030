#include "gateway/runtime/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstddef>
#include <mutex>

namespace parley::gateway {
namespace {

// A label that follows the traffic (a channel, a tenant) must not grow memory without end: past
// this, further combinations share one series whose labels all say "other".
constexpr std::size_t kSeriesPerNameMax = 2'000;

const prometheus::Histogram::BucketBoundaries kSecondsBuckets = {
    1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

}  // namespace

struct Metrics::Impl {
  std::mutex mutex;
  prometheus::Registry registry;
  std::map<std::string, std::map<Labels, void*>, std::less<>> series;

  // One handle per name and labels; `make` adds a new series to its family.
  template <class Make>
  void* find_or_make(char kind, std::string_view name, Labels labels, Make make) {
    const std::scoped_lock lock(mutex);
    // The kind is part of the key: a handle is never read as another type. The registry itself
    // throws when one name is asked for as two kinds, which only a bug can do.
    auto& known = series[kind + std::string(name)];
    if (const auto at = known.find(labels); at != known.end()) return at->second;
    if (known.size() >= kSeriesPerNameMax) {
      for (auto& [label, value] : labels) value = "other";
      if (const auto at = known.find(labels); at != known.end()) return at->second;
    }
    void* handle = make(labels);
    known.emplace(std::move(labels), handle);
    return handle;
  }
};

void Counter::add(double by) { static_cast<prometheus::Counter*>(handle_)->Increment(by); }
void Gauge::set(double value) { static_cast<prometheus::Gauge*>(handle_)->Set(value); }
void Gauge::add(double by) { static_cast<prometheus::Gauge*>(handle_)->Increment(by); }
void Histogram::observe(double value) {
  static_cast<prometheus::Histogram*>(handle_)->Observe(value);
}

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  return Counter(impl_->find_or_make('c', name, labels, [&](const Labels& with) -> void* {
    auto& family = prometheus::BuildCounter()
                       .Name(std::string(name))
                       .Help(std::string(help))
                       .Register(impl_->registry);
    return &family.Add(with);
  }));
}

Gauge Metrics::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  return Gauge(impl_->find_or_make('g', name, labels, [&](const Labels& with) -> void* {
    auto& family = prometheus::BuildGauge()
                       .Name(std::string(name))
                       .Help(std::string(help))
                       .Register(impl_->registry);
    return &family.Add(with);
  }));
}

Histogram Metrics::histogram(std::string_view name, std::string_view help, const Labels& labels) {
  return Histogram(impl_->find_or_make('h', name, labels, [&](const Labels& with) -> void* {
    auto& family = prometheus::BuildHistogram()
                       .Name(std::string(name))
                       .Help(std::string(help))
                       .Register(impl_->registry);
    return &family.Add(with, kSecondsBuckets);
  }));
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace parley::gateway
