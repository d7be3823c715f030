#include "connectors/template_parameters.hpp"

#include <gtest/gtest.h>

namespace parley::connectors {
namespace {

Template with(std::map<std::string, std::string> parameters) {
  Template approved;
  approved.name = "t";
  approved.parameters = std::move(parameters);
  return approved;
}

std::string listed(const std::vector<TemplateParameter>& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) out += std::string(name) + "=" + *value + " ";
  return out;
}

TEST(TemplateParameters, GoWhereTheirNamesSay) {
  const auto approved = with({{"1", "a"},
                              {"body.2", "b"},
                              {"city", "c"},
                              {"header.1", "d"},
                              {"header.image", "e"},
                              {"button.0.payload", "f"},
                              {"button.2.url", "g"}});
  const auto sorted = template_parameters(approved);
  EXPECT_EQ(listed(sorted.body), "1=a 2=b city=c ");
  EXPECT_EQ(listed(sorted.header), "1=d image=e ");
  ASSERT_EQ(sorted.buttons.size(), 2u);
  EXPECT_EQ(sorted.buttons.at(0).kind, "payload");
  EXPECT_EQ(*sorted.buttons.at(2).value, "g");
  EXPECT_TRUE(sorted.strange.empty());
}

TEST(TemplateParameters, NumbersAreInTheirOrderBeforeNames) {
  const auto approved = with({{"10", "j"}, {"2", "b"}, {"a", "z"}, {"1", "a"}, {"1000", "y"}});
  EXPECT_EQ(listed(template_parameters(approved).body), "1=a 2=b 10=j 1000=y a=z ");
}

TEST(TemplateParameters, WhatHasNoPlaceIsReported) {
  const auto approved = with({{"1", "a"},
                              {"body.1", "again"},
                              {"footer.1", "x"},
                              {"button.url", "x"},
                              {"button.x.url", "x"},
                              {"body.", "x"}});
  std::vector<std::string> degraded;
  EXPECT_EQ(listed(body_parameters(approved, degraded)), "1=a ");
  EXPECT_EQ(degraded.size(), 5u);
}

TEST(TemplateParameters, FlatTemplatesHaveTheBodyOnly) {
  const auto approved = with({{"body.thing1", "a"}, {"header.image", "b"}, {"button.0.url", "c"}});
  std::vector<std::string> degraded;
  EXPECT_EQ(listed(body_parameters(approved, degraded)), "thing1=a ");
  EXPECT_EQ(degraded, (std::vector<std::string>{"template: no place for parameter header.image",
                                                "template: no place for parameter button.0.url"}));
}

}  // namespace
}  // namespace parley::connectors
