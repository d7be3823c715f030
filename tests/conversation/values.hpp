// tests/conversation/values.hpp
// Values of every type of the model, made by walking the codec's own field lists: a new member is
// filled, compared and stored without a line here. That no member is missing from a list is what
// members_test.cpp proves.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "conversation/detail/enum_names.hpp"
#include "conversation/detail/record_fields.hpp"

namespace parley::test {

// Decides what a member gets. Two sources: random ones, and one where nothing is left out.
class Source {
 public:
  virtual ~Source() = default;
  virtual bool leave_default() = 0;
  virtual std::size_t count() = 0;  // of elements
  virtual std::uint64_t number() = 0;
  virtual double real() = 0;
  virtual std::string text() = 0;
  virtual std::string raw_json() = 0;
  virtual TimePoint time() = 0;
  virtual std::size_t pick(std::size_t of) = 0;
};

class RandomSource final : public Source {
 public:
  explicit RandomSource(std::uint64_t seed) : random_(seed) {}
  bool leave_default() override { return pick(3) == 0; }
  std::size_t count() override { return pick(4); }
  std::uint64_t number() override;
  double real() override;
  std::string text() override;
  std::string raw_json() override;
  TimePoint time() override;
  std::size_t pick(std::size_t of) override { return random_() % of; }

 private:
  std::mt19937_64 random_;
};

// Everything set, to small readable values, the same each time: for golden files.
class FullSource final : public Source {
 public:
  bool leave_default() override { return false; }
  std::size_t count() override { return 2; }
  std::uint64_t number() override { return ++next_; }
  double real() override { return static_cast<double>(++next_) + 0.5; }
  std::string text() override { return "t" + std::to_string(++next_); }
  std::string raw_json() override { return "{\"later\":" + std::to_string(++next_) + "}"; }
  TimePoint time() override {
    return TimePoint{Milliseconds{1'755'684'900'000 + static_cast<std::int64_t>(++next_)}};
  }
  std::size_t pick(std::size_t of) override { return of - 1; }

 private:
  std::uint64_t next_ = 0;
};

template <class T>
void fill(Source& source, T& value);

template <class T>
class Filler {
 public:
  Filler(Source& source, T& value) : source_(source), value_(value) {}
  template <class M>
  void field(std::string_view, M T::* member) {
    if (!source_.leave_default()) fill(source_, value_.*member);
  }
  template <class M>
  void shown(std::string_view name, M T::* member) {
    field(name, member);
  }
  template <class M>
  void required(std::string_view name, M T::* member) {
    field(name, member);
  }
  void raw(std::string_view, std::string T::* member) {
    if (!source_.leave_default()) value_.*member = "{\"k\":" + source_.raw_json() + "}";
  }
  void constant(std::string_view, std::string_view) {}
  template <class M>
  void derived(std::string_view, M T::*, std::string (*)(const M&)) {}
  template <class M>
  void flat(M T::* member) {
    fill(source_, value_.*member);
  }

 private:
  Source& source_;
  T& value_;
};

inline void fill_one(Source& source, std::string& to) { to = source.text(); }
inline void fill_one(Source& source, bool& to) { to = source.pick(2) == 1; }
inline void fill_one(Source& source, double& to) { to = source.real(); }
template <std::integral N>
void fill_one(Source& source, N& to) {
  to = static_cast<N>(source.number());
}
template <class Tag>
void fill_one(Source& source, Id<Tag>& to) {
  to.value = source.text();
}
inline void fill_one(Source& source, TimePoint& to) { to = source.time(); }
inline void fill_one(Source& source, Milliseconds& to) {
  to = Milliseconds(static_cast<std::int64_t>(source.number()));
}
template <class E>
  requires std::is_enum_v<E>
void fill_one(Source& source, E& to) {
  to = static_cast<E>(source.pick(detail::EnumNames<E>::names.size()));
}
inline void fill_one(Source& source, AttributeValue& to) {
  switch (source.pick(3)) {
    case 0:
      to = source.text();
      break;
    case 1:
      to = source.real();
      break;
    default:
      to = true;
  }
}
template <class T>
void fill_one(Source& source, std::vector<T>& to) {
  for (std::size_t left = source.count(); left > 0; --left) fill(source, to.emplace_back());
}
template <class T>
void fill_one(Source& source, std::map<std::string, T>& to) {
  for (std::size_t left = source.count(); left > 0; --left) fill(source, to[source.text()]);
}
template <class T>
void fill_one(Source& source, std::optional<T>& to) {
  fill(source, to.emplace());
}
inline void fill_one(Source& source, Part& to) {
  to = *part_of_type(part_types()[source.pick(part_types().size())]);
  std::visit([&source](auto& held) { fill(source, held); }, to);
}

template <class T>
void fill(Source& source, T& value) {
  if constexpr (detail::HasFields<T>) {
    Filler<T> filler(source, value);
    detail::list_fields(filler, static_cast<const T*>(nullptr));
    if constexpr (requires { value.unknown; }) {
      const std::size_t unknown = source.leave_default() ? 0 : source.count() / 2;
      for (std::size_t i = 0; i < unknown; ++i) {
        value.unknown.emplace_back("later_" + std::to_string(i), source.raw_json());
      }
    }
  } else {
    fill_one(source, value);
  }
}

template <class T>
T full_value() {
  FullSource source;
  T value{};
  fill(source, value);
  if constexpr (std::is_same_v<T, Message>) {  // one part of each type
    value.content.clear();
    for (const auto type : part_types()) {
      Part part = *part_of_type(type);
      std::visit([&source](auto& held) { fill(source, held); }, part);
      value.content.push_back(std::move(part));
    }
  }
  return value;
}

// The seed of this run: PARLEY_TEST_SEED, or a new one each time. Print it on failure.
std::uint64_t run_seed();

}  // namespace parley::test
