#!/bin/sh
# Lines of at most 100 characters, files of at most 600 lines (tests may have 1,000: their rows), no
# tabs and no spaces at a line's end. A line that is one long text or address cannot be broken, and
# what stands in a raw string is data.
# shellcheck disable=SC2016  # the awk programs stand in single quotes
set -eu
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

check() {
  over_sources awk '
    function report() {
      most = name ~ /^tests\// ? 1000 : 600
      if (lines > most) print name ":" lines ": " lines " lines, at most " most ": split it by idea"
    }
    FNR == 1 { report(); name = FILENAME; raw = 0 }
    { lines = FNR; was_raw = raw }
    raw && /\)[A-Za-z_]*"/ { raw = 0 }
    /R"[A-Za-z_]*\(/ {
      rest = $0
      sub(/.*R"[A-Za-z_]*\(/, "", rest)
      raw = rest !~ /\)[A-Za-z_]*"/
    }
    was_raw || raw { next }
    /\t/ { print FILENAME ":" FNR ": a tab: indent with spaces" }
    /[ \r]$/ { print FILENAME ":" FNR ": spaces at the end of the line" }
    length($0) > 100 {
      line = $0
      gsub(/[\200-\277]/, "", line)  # a character of several bytes counts once
      if (length(line) > 100 && line !~ /["\\]|:\/\//) {
        print FILENAME ":" FNR ": " length(line) " characters, at most 100"
      }
    }
    END { report() }'
}

self_test() {
  row=12345678901234567890123456789012345678901234567890
  bad base/a.cpp "int a = $row$row;" 'base/a.cpp:1: 109 characters'
  bad base/a.cpp 'int a;  ' 'spaces at the end'
  bad base/a.cpp "$(printf '\tint a;')" 'a tab'
  bad base/a.cpp "$(awk 'BEGIN { for (i = 0; i < 601; i++) print "int a;" }')" '601 lines, at most 600'
  bad tests/b/a.cpp "$(awk 'BEGIN { for (i = 0; i < 1001; i++) print "int a;" }')" 'at most 1000'
  good base/a.cpp "$(awk 'BEGIN { for (i = 0; i < 600; i++) print "int a;" }')"
  good base/a.cpp "f(R\"(
 a  
$row$row $row
)\");"
  bad base/a.cpp "f(R\"(a)\");
int a = $row$row;" 'base/a.cpp:2: 109 characters'
  good base/a.cpp "f(\"$row$row\");"
  good base/a.cpp "// $(awk 'BEGIN { for (i = 0; i < 90; i++) printf "\344\275\240" }')"
}

lint_main "$@"
