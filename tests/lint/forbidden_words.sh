#!/bin/sh
# What must not be written, and what to write instead.
# shellcheck disable=SC2016  # the awk programs stand in single quotes
set -eu
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# The C++ lines without their comments; texts in quotes stay.
check_code() {
  over_sources awk '
    function wrong(what) { print FILENAME ":" FNR ": " what }
    function in_folder(folders) { return FILENAME ~ "^(" folders ")/" }
    FNR == 1 { open_catch = 0 }
    {
      code = $0
      sub(/^[ \t]*\/\/.*/, "", code)
      sub(/[ \t]\/\/ .*/, "", code)
      commented = code != $0
    }
    # A catch that takes everything says why, on its line or on the next.
    open_catch && !commented { wrong("catch (...) without a comment that says why") }
    { open_catch = code ~ /catch \(\.\.\.\)/ && !commented }

    code ~ /(^|[^A-Za-z_])detached([^A-Za-z_]|$)/ && !in_folder("bench") {
      wrong("detached: nobody waits for it at shutdown; start it in a TaskGroup")
    }
    code ~ /co_spawn\(/ && FILENAME != "gateway/runtime/task_group.cpp" &&
        !in_folder("bench|tests|gateway/cli/simulate") {
      wrong("co_spawn: start it in a TaskGroup, which bounds it and waits for it")
    }
    code ~ /(^|[^a-z_])(sleep_for|sleep_until|usleep|nanosleep)[ ]*\(/ && in_folder("tests") {
      wrong("a test does not sleep: turn a ManualClock or wait for the event")
    }
    # Power cannot be cut everywhere; that program says why where it cannot.
    code ~ /GTEST_SKIP|DISABLED_/ && in_folder("tests") &&
        !(in_folder("tests/power_cut") && code ~ /GTEST_SKIP\(\) << /) {
      wrong("a test is neither skipped nor disabled")
    }
    code ~ /std::regex|<regex>/ { wrong("std::regex: slow and recursive; RE2 in routing") }
    code ~ /(^|[^A-Za-z_])memcmp[ ]*\(/ { wrong("memcmp: compare views, secrets in constant time") }
    code ~ /reveal\(\) *[=!]=|[=!]= *[A-Za-z_.>()-]*reveal\(\)/ {
      wrong("a secret is compared with equal_constant_time()")
    }'
}

# Every text file that people write, but for these scripts, which must name what they look for.
check_text() {
  find . \( -path ./build -o -path ./data -o -path ./.git -o -path ./tests/lint \
         -o -name node_modules \) -prune -o -type f \
    \( -name '*.[ch]pp' -o -name '*.md' -o -name '*.txt' -o -name '*.cmake' -o -name '*.sh' \
       -o -name '*.toml' -o -name '*.yaml' -o -name '*.js' -o -name '*.ts' -o -name '*.html' \
       -o -name dev -o -path './.ci/*' \) -print |
    sed 's|^\./||' | sort |
    xargs -r grep -nEH '(^|[^A-Za-z])(TODO|FIXME)([^A-Za-z]|$)|git add (-A|--all)' |
    sed -E 's/^([^:]*:[0-9]+:).*/\1 unfinished work is not committed (or everything is)/'
}

check() {
  check_code
  check_text
}

self_test() {
  bad gateway/api/a.cpp 'net::co_spawn(io, run(), net::detached);' 'gateway/api/a.cpp:1: detached'
  bad gateway/api/a.cpp 'net::co_spawn(io, run(), token);' 'co_spawn: start it in a TaskGroup'
  bad base/a.cpp 'try { f(); } catch (...) {
}' 'base/a.cpp:2: catch (...) without a comment'
  bad tests/a/a.cpp 'std::this_thread::sleep_for(1ms);' 'a test does not sleep'
  bad tests/a/a.cpp '  ::usleep(10);' 'a test does not sleep'
  bad tests/a/a.cpp 'GTEST_SKIP();' 'neither skipped nor disabled'
  bad tests/power_cut/a.cpp 'GTEST_SKIP();' 'neither skipped nor disabled'
  good tests/power_cut/a.cpp 'GTEST_SKIP() << reason;'
  bad routing/a.cpp '#include <regex>' 'std::regex'
  bad base/a.cpp 'if (memcmp(a, b, 4) == 0) {' 'memcmp'
  bad gateway/api/a.cpp 'if (given == key.reveal()) {' 'equal_constant_time'
  bad gateway/api/a.cpp 'if (key.reveal() != given) {' 'equal_constant_time'
  bad base/a.cpp '// TODO: later' 'base/a.cpp:1: unfinished work'
  bad docs/a.md 'FIXME' 'docs/a.md:1: unfinished work'
  bad dev 'git add -A' 'unfinished work is not committed (or everything is)'
  good gateway/runtime/task_group.cpp 'net::co_spawn(executor, std::move(task), token);'
  good tests/a/a.cpp 'net::co_spawn(io, run(), token);'
  good bench/a.cpp 'net::co_spawn(io, run(), net::detached);'
  good base/a.cpp 'try { f(); } catch (...) {  // a destructor must not throw'
  good base/a.cpp 'try { f(); } catch (...) {
  // A destructor must not throw.
}'
  good base/a.cpp '// never detached, never co_spawn(x)'
  good base/a.cpp 'return CRYPTO_memcmp(a, b, n) == 0;'
  good gateway/pipeline/a.cpp 'if (equal_constant_time(given, key.reveal())) {'
}

lint_main "$@"
