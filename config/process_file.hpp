// config/process_file.hpp
// The process file's tables -> ProcessConfig. Mistakes go to `problems`; the result counts only
// when there are none.
#pragma once

#include "config/config.hpp"
#include "config/problems.hpp"

namespace parley::config {

ProcessConfig read_process(const Node& root, Problems& problems);

}  // namespace parley::config
