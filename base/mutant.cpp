#include "base/mutant.hpp"

#ifdef PARLEY_MUTANTS
#include <cstdlib>
#include <string>

namespace parley {

bool is_mutant(std::string_view name) noexcept {
  static const char* const chosen = std::getenv("PARLEY_MUTANT");
  return chosen != nullptr && name == chosen;
}

}  // namespace parley
#endif
