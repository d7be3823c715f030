// tests/simulation/checker.hpp
// Holds what a store has at the end against what happened outside. Pure.
//
// I1 what was acknowledged is stored exactly once          I6 a send comes to an end that is told
// I2 what was not, once or not at all                      I7 the customer gets it once, or as
// I3 nothing is stored that was not said                      often as a lost answer explains
// I4 order: no gap, commits in order, who waited for the   I8 a bot does not speak once a person
//    acknowledgement of A comes after A                       has taken over, nor a person before
// I5 each turn is decided exactly once, control has one    I9 in the calm all comes to rest
//    holder at a time                                      I10 a row is of its key's tenant
#pragma once

#include <string>
#include <vector>

#include "tests/simulation/history.hpp"

namespace parley::simulation {

// One line for each thing that is wrong: "I1 shop/u0 m4: acknowledged, stored 0 times".
std::vector<std::string> check(const History& history, const Stored& stored,
                               const TraitsOf& traits);

}  // namespace parley::simulation
