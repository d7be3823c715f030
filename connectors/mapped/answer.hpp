// connectors/mapped/answer.hpp
// What a platform's answer means, by the mapping's rules; where none holds, by what HTTP settles.
#pragma once

#include <string>
#include <vector>

#include "connectors/mapped/mapping.hpp"

namespace parley::connectors::mapped {

// The ids the platform gave, or why nothing was sent. An answer of success that cannot be read
// leaves delivery unknown.
Result<std::vector<std::string>> read_answer(const Answer& rules, const HttpAnswer& answer);

}  // namespace parley::connectors::mapped
