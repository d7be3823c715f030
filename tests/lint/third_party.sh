#!/bin/sh
# Which room uses which library, and that its types stay there: a header that includes one, itself
# or through another header, is included by files of its own room only. Tests and benchmarks use
# what they like.
# shellcheck disable=SC2016  # the awk programs stand in single quotes
set -eu
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# library (start of the header's name): rooms
table='
simdjson: conversation connectors gateway/pipeline gateway/api gateway/chat gateway/cli
pugixml: connectors
rocksdb/: storage
boost/beast: gateway/http gateway/cli
re2/: routing config
unicode/: routing connectors
openssl/: base gateway/http
xxhash: base
prometheus/: gateway/runtime
spdlog/: gateway/runtime
fmt/: storage gateway/runtime
toml++/: base
CLI/: gateway/cli
'

check() {
  over_sources awk -v table="$table" '
    function room_of(path, part, n) {
      n = split(path, part, "/")
      return part[1] == "gateway" && n > 1 ? part[1] "/" part[2] : part[1]
    }
    BEGIN {
      lines = split(table, line, "\n")
      for (i = 1; i <= lines; i++) {
        at = index(line[i], ": ")
        if (at == 0) continue
        library = substr(line[i], 1, at - 1)
        libraries[++library_count] = library
        count = split(substr(line[i], at + 1), room, " ")
        for (k = 1; k <= count; k++) may[library, room[k]] = 1
      }
    }
    FILENAME ~ /^(tests|bench)\// { next }
    /^[ \t]*#[ \t]*include[ \t]*</ {
      sub(/^[^<]*</, ""); sub(/>.*/, "")
      for (i = 1; i <= library_count; i++) {
        library = libraries[i]
        if (index($0, library) != 1) continue
        if (!((library, room_of(FILENAME)) in may)) {
          print FILENAME ":" FNR ": " room_of(FILENAME) " does not use " $0
        }
        if (FILENAME ~ /\.hpp$/) holds[FILENAME] = $0
      }
    }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
      split($0, quoted, "\"")
      edge_from[++edges] = FILENAME; edge_to[edges] = quoted[2]; edge_line[edges] = FNR
    }
    END {
      do {
        more = 0
        for (i = 1; i <= edges; i++) {
          if (edge_from[i] ~ /\.hpp$/ && edge_to[i] in holds && !(edge_from[i] in holds)) {
            holds[edge_from[i]] = holds[edge_to[i]]
            more = 1
          }
        }
      } while (more)
      for (i = 1; i <= edges; i++) {
        if (edge_to[i] in holds && room_of(edge_from[i]) != room_of(edge_to[i])) {
          print edge_from[i] ":" edge_line[i] ": " edge_to[i] " brings in " holds[edge_to[i]] \
                ", which must not leave " room_of(edge_to[i])
        }
      }
    }' | sort
}

self_test() {
  bad routing/a.cpp '#include <simdjson.h>' 'routing/a.cpp:1: routing does not use simdjson.h'
  bad connectors/a.cpp '#include <rocksdb/db.h>' 'connectors does not use rocksdb/db.h'
  bad gateway/api/a.cpp '#include <boost/beast/http.hpp>' 'does not use boost/beast/http.hpp'
  bad gateway/http/a.cpp '#include <toml++/toml.h>' 'does not use toml++/toml.h'
  good connectors/x/a.cpp '#include <pugixml.hpp>'
  good gateway/api/a.hpp '#include <boost/asio/awaitable.hpp>'
  good tests/storage/a.cpp '#include <rocksdb/env.h>'
  good storage/inner.hpp '#include <rocksdb/db.h>'

  # A header that brings its room's library to another one, straight and through a second header.
  tree=$(mktemp -d)
  mkdir -p "$tree/storage" "$tree/gateway/pipeline"
  echo '#include <rocksdb/db.h>' >"$tree/storage/inner.hpp"
  echo '#include "storage/inner.hpp"' >"$tree/storage/outer.hpp"
  echo '#include "storage/outer.hpp"' >"$tree/gateway/pipeline/a.cpp"
  found=$(cd "$tree" && check)
  rm -rf "$tree"
  want='gateway/pipeline/a.cpp:1: storage/outer.hpp brings in rocksdb/db.h'
  case $found in
    "$want"*) ;;
    *) echo "self-test: wanted '$want', got '$found'"; failed=1 ;;
  esac
}

lint_main "$@"
