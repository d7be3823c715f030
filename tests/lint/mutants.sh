#!/bin/sh
# Every bug that can be switched on is one that `./dev mutants` switches on, and the other way round:
# a point that never fires proves nothing.
# shellcheck disable=SC2016  # the sed program stands in single quotes
set -eu
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

listed() { sed -n '/^mutants=(/,/^)/ s/^  "\([a-z_]*\) .*/\1/p' dev 2>/dev/null | sort -u; }

check() {
  all=$(mktemp)
  listed >"$all"
  over_sources grep -no 'MUTANT("[a-z_]*")' /dev/null | grep -v '^tests/' | while IFS=: read -r file line what; do
    name=${what#MUTANT\(\"}
    name=${name%\"\)}
    grep -qx "$name" "$all" || echo "$file:$line: mutant $name is not in the list of dev: name the test that catches it"
  done
  while read -r name; do
    [ -n "$(over_sources grep -l "MUTANT(\"$name\")")" ] || echo "dev: mutant $name is nowhere in the code"
  done <"$all"
  rm -f "$all"
}

self_test() {
  bad base/a.cpp 'bool a = MUTANT("not_listed");' 'base/a.cpp:1: mutant not_listed is not in the list'
  bad dev 'mutants=(
  "gone base_tests A.*"
)' 'dev: mutant gone is nowhere in the code'
  good base/a.cpp 'int a;'
  good tests/a.cpp 'bool a = MUTANT("of_a_test");'
}

lint_main "$@"
