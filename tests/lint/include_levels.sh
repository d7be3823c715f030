#!/bin/sh
# Who may include whom. A folder that is not in the table may not be, so that a new one gets its
# place here first.
# shellcheck disable=SC2016  # the awk programs stand in single quotes
set -eu
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# room: the rooms it may include beside itself
table='
base:
conversation: base
connectors: base conversation
routing: base conversation
storage: base conversation
bots: base conversation connectors routing
gateway/runtime: base
gateway/http: base gateway/runtime
gateway/pipeline: base conversation connectors routing storage bots gateway/runtime gateway/http
gateway/api: base conversation connectors routing storage bots gateway/runtime gateway/http gateway/pipeline
gateway/chat: base conversation connectors routing storage bots gateway/runtime gateway/http gateway/pipeline
gateway/admin: base conversation connectors routing storage bots gateway/runtime gateway/http gateway/pipeline
gateway/edge: base conversation connectors routing storage bots gateway/runtime gateway/http gateway/pipeline gateway/api gateway/chat
config: base conversation connectors routing storage bots gateway/runtime gateway/http gateway/pipeline
gateway/cli: base conversation connectors routing storage bots gateway/runtime gateway/http gateway/pipeline gateway/api gateway/chat gateway/admin gateway/edge config
gateway/main.cpp: gateway/cli
tests: base conversation connectors routing storage bots config bench gateway/runtime gateway/http gateway/pipeline gateway/api gateway/chat gateway/admin gateway/edge gateway/cli
bench: base conversation connectors routing storage bots config gateway/runtime gateway/http gateway/pipeline gateway/api gateway/chat gateway/admin gateway/edge gateway/cli
'

check() {
  over_sources awk -v table="$table" '
    function room_of(path, part, n) {
      n = split(path, part, "/")
      return part[1] == "gateway" && n > 1 ? part[1] "/" part[2] : part[1]
    }
    function platform_of(path, part) {
      return split(path, part, "/") > 2 && part[1] == "connectors" ? part[2] : ""
    }
    BEGIN {
      lines = split(table, line, "\n")
      for (i = 1; i <= lines; i++) {
        if (line[i] == "") continue
        at = index(line[i], ":")
        room = substr(line[i], 1, at - 1)
        may[room, room] = known[room] = 1
        count = split(substr(line[i], at + 1), lower, " ")
        for (k = 1; k <= count; k++) may[room, lower[k]] = 1
      }
    }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
      split($0, quoted, "\"")
      from = room_of(FILENAME); to = room_of(quoted[2])
      where = FILENAME ":" FNR ": "
      if (!(from in known)) {
        print where from " has no level: give it a line in tests/lint/include_levels.sh"
      } else if (index(quoted[2], "..") || !index(quoted[2], "/")) {
        print where "include " quoted[2] " by its path from the top of the tree"
      } else if (!((from, to) in may)) {
        print where from " may not include " quoted[2]
      } else if (from == "connectors" && platform_of(quoted[2]) != "" &&
                 platform_of(quoted[2]) != platform_of(FILENAME) &&
                 FILENAME != "connectors/registry.cpp") {
        print where "one platform never includes another: share through connectors/*.hpp"
      }
    }'
}

self_test() {
  bad base/a.cpp '#include "conversation/b.hpp"' 'base/a.cpp:1: base may not include conversation/b.hpp'
  bad routing/a.hpp '  #  include "storage/b.hpp"' 'routing may not include'
  bad storage/a.cpp '#include "gateway/http/b.hpp"' 'storage may not include'
  bad connectors/x/a.cpp '#include "routing/b.hpp"' 'connectors may not include'
  bad connectors/x/a.cpp '#include "connectors/y/b.hpp"' 'one platform never includes another'
  bad connectors/a.cpp '#include "connectors/y/b.hpp"' 'one platform never includes another'
  bad gateway/http/a.cpp '#include "conversation/b.hpp"' 'gateway/http may not include'
  bad gateway/pipeline/a.cpp '#include "gateway/api/b.hpp"' 'gateway/pipeline may not include'
  bad gateway/api/a.cpp '#include "config/b.hpp"' 'gateway/api may not include config/b.hpp'
  bad config/a.cpp '#include "gateway/cli/b.hpp"' 'config may not include'
  bad gateway/cli/a.cpp '#include "tests/b.hpp"' 'may not include tests/b.hpp'
  bad bench/a.cpp '#include "tests/b.hpp"' 'may not include tests/b.hpp'
  bad gateway/shiny/a.cpp '#include "base/b.hpp"' 'gateway/shiny has no level'
  bad base/a.cpp '#include "../base/b.hpp"' 'by its path from the top'
  bad tests/base/a.cpp '#include "b.hpp"' 'by its path from the top'
  good connectors/x/a.cpp '#include "connectors/x/b.hpp"'
  good connectors/x/a.cpp '#include "connectors/b.hpp"'
  good connectors/registry.cpp '#include "connectors/x/b.hpp"'
  good gateway/cli/cases/a.cpp '#include "config/b.hpp"'
  good gateway/main.cpp '#include "gateway/cli/b.hpp"'
  good tests/base/a.cpp '#include "base/b.hpp"'
  good base/a.cpp '// #include "storage/b.hpp"'
}

lint_main "$@"
