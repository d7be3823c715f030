// config/condition.hpp
// The TOML spelling of a condition -> routing::Condition.
//
//   when = { sentiment = "negative", segment = ["vip", "lapsed"] }     every key must hold
//   when = { any = [ { angry = true }, { score_below = -0.6 } ] }      all, any and none nest
//   when = { attribute = { name = "orders", ge = 10 } }
//   when = { always = true }
//
// Limits   routing::kConditionDepthMax levels.
#pragma once

#include <string>

#include "config/problems.hpp"
#include "routing/policy.hpp"

namespace parley::config {

routing::Condition read_condition(const Node& node, const std::string& section, Problems& problems);

}  // namespace parley::config
