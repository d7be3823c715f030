#include "base/result.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/secret.hpp"

namespace parley {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{.code = Errc::rejected, .detail = "odd"};
  return number / 2;
}

TEST(Result, IsAValueOrAnError) {
  EXPECT_EQ(*half(4), 2);
  ASSERT_FALSE(half(3));
  EXPECT_EQ(half(3).error().code, Errc::rejected);
  const Result<void> fine;
  EXPECT_TRUE(fine);
}

TEST(Errc, EachHasItsOwnName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Errc::shutting_down); ++i) {
    const auto name = to_string(static_cast<Errc>(i));
    EXPECT_FALSE(name.empty()) << i;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

template <class T>
concept Comparable = requires(const T& a) { a == a; };
template <class T>
concept Printable = requires(std::ostream& out, const T& a) { out << a; };

TEST(Secret, IsNeitherComparedNorPrinted) {
  static_assert(!Comparable<Secret>);
  static_assert(!Printable<Secret>);
  EXPECT_EQ(Secret("x").reveal(), "x");
  EXPECT_TRUE(Secret().empty());
}

}  // namespace
}  // namespace parley
