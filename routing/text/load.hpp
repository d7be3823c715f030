// routing/text/load.hpp
// The analyzer the gateway runs with: a sentiment model from a file, the cues, and an intent model
// from another file or none.
//
// Errors   those of LinearModel::from_file, with the path; misconfigured for a model of another
// task.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "routing/analyzer.hpp"

namespace parley::routing {

// Reads the files (blocking) and warms up the character tables. The analyzer's version() names the
// task, the format and the hash of each file, so that a recorded decision tells which model it
// used.
Result<std::unique_ptr<Analyzer>> load_analyzer(const std::string& sentiment_model_path,
                                                const std::string& intent_model_path = {});

}  // namespace parley::routing
