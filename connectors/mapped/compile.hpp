// connectors/mapped/compile.hpp
// The sections of a mapping file, each read by one function. Private to this folder.
#pragma once

#include "connectors/mapped/mapping.hpp"
#include "connectors/mapped/table.hpp"

namespace parley::connectors::mapped {

void read_settings(Table& root, const std::vector<Setting>* allowed, Mapping& out);
void read_proofs(Table& root, Mapping& out);
void read_inbound(Table& root, Mapping& out);
void read_sends(Table& root, Mapping& out);
void read_answer(Table& root, Mapping& out);

}  // namespace parley::connectors::mapped
