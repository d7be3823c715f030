// connectors/mapped/mapped.hpp
// Platforms described by a file: SMS vendors and whatever else posts JSON, a form or XML to a
// webhook and takes an HTTP request per message. See docs/channels/mapped.md for the file.
//
// Presets  connectors/mapped/presets/<platform>.toml are compiled in and are platforms of their own
// Auth     as the mapping says: HMAC or digest over body or fields, a shared secret, basic
//          credentials; "none" only where the tenant's file says so
// Limits   a mapping of 256 KiB, bodies of 50,000 values and 32 levels, 1,000 entries a request
// Errors   by the mapping's rules, else by HTTP status; 5xx unavailable with delivery unknown
// Threads  a tenant's mapping is compiled once by each thread that uses it and kept there.
#pragma once

#include <string_view>
#include <vector>

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_mapped();  // the tenant's file is the setting `mapping`
std::vector<Entry> make_mapped_presets();

}  // namespace parley::connectors
