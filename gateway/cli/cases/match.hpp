// gateway/cli/cases/match.hpp
// Compares what is with what a case expects: only the fields it names, `X_any_of` beside X.
#pragma once

#include <string_view>

#include "gateway/cli/cases/case_file.hpp"

namespace parley::gateway::cli {

// `actual` holds every field that can be told of; one that `want` names and `actual` lacks is noted
// as not compared. Lists must have the same length.
void match(const Json& want, const Json& actual, std::string_view where, Verdict& verdict);

// Building `actual`.
Json json_text(std::string_view text);
Json json_number(std::int64_t number);
Json json_number(double number);
Json json_bool(bool on);
Json json_object();
Json json_array();
void set(Json& object, std::string_view name, Json value);

}  // namespace parley::gateway::cli
