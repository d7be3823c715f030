// base/mutant.hpp
// Bugs that tests must catch. A build made for it (-DPARLEY_MUTANTS=ON, ./dev mutants) turns on the
// one that the environment's PARLEY_MUTANT names; in any other build MUTANT() is false and nothing
// of it is left.
//
// Threads  any.
#pragma once

#ifdef PARLEY_MUTANTS
#include <string_view>

namespace parley {
bool is_mutant(std::string_view name) noexcept;
}  // namespace parley
#define MUTANT(name) (::parley::is_mutant(name))
#else
#define MUTANT(name) false
#endif
