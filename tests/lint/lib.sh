# What the lint scripts share. A script defines check, which is run at the top of a tree and prints
# each violation as "file:line: what is wrong and what would be right", and self_test, made of
#   bad FILE TEXT WANT   a tree with this one file must give a violation that holds WANT
#   good FILE TEXT       a tree with this one file must give none
# and ends with: lint_main "$@"
LC_ALL=C
export LC_ALL

rooms='base conversation connectors routing storage config gateway tests bench'

# Names of the C++ files of the tree, one a line.
sources() {
  for room in $rooms; do
    if [ -d "$room" ]; then find "$room" -name '*.cpp' -o -name '*.hpp'; fi
  done | sort
}

# Their names for xargs: an empty list runs nothing.
over_sources() { sources | xargs -r "$@"; }

failed=0

run_on_seed() {
  seed=$(mktemp -d)
  mkdir -p "$seed/$(dirname "$1")"
  printf '%s\n' "$2" >"$seed/$1"
  found=$(cd "$seed" && check)
  rm -rf "$seed"
}

bad() {
  run_on_seed "$1" "$2"
  case $found in
    *"$3"*) ;;
    *) echo "self-test: $1 holding '$2' should give '$3', gave '$found'"; failed=1 ;;
  esac
}

good() {
  run_on_seed "$1" "$2"
  if [ -n "$found" ]; then
    echo "self-test: $1 holding '$2' should be fine, gave '$found'"
    failed=1
  fi
}

lint_main() {
  if [ "${1:-}" = --self-test ]; then
    self_test
    return $failed
  fi
  cd "${1:-.}" || return 2
  found=$(check)
  [ -z "$found" ] || { printf '%s\n' "$found"; return 1; }
}
