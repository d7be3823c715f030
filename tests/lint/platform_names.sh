#!/bin/sh
# No platform is named outside its folder, the one list of platforms, the tests and benchmarks:
# everything else, the command line's case runner and simulator too, goes by capabilities. Comments
# may name one as an example.
# shellcheck disable=SC2016  # the awk programs stand in single quotes
set -eu
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# Folders of connectors/ are found; these are the names they go by in the world.
brands='wechat|weixin|wecom|telegram|whatsapp|douyin|feishu|dingtalk|instagram|viber|tencent'

check() {
  folders=
  for folder in connectors/*/; do
    [ -d "$folder" ] || continue
    folder=${folder%/}
    folders="$folders|\"${folder##*/}\""
  done
  sources |
    grep -vE '^(tests|bench)/|^connectors/[^/]*/|^connectors/registry\.cpp$' |
    xargs -r awk -v names="$brands$folders" '
      {
        line = tolower($0)
        sub(/^[ \t]*\/\/.*/, "", line)
        sub(/[ \t]\/\/ .*/, "", line)
        # The files connectors share may be called after the family they serve.
        if (FILENAME ~ /^connectors\// && line ~ /#[ \t]*include/) next
        if (FILENAME ~ /^connectors\//) gsub(/tencent/, "", line)
        if (match(line, names)) {
          print FILENAME ":" FNR ": names a platform (" substr(line, RSTART, RLENGTH) \
                "): ask its capabilities"
        }
      }'
}

self_test() {
  bad gateway/pipeline/a.cpp 'if (platform == "telegram") {' 'gateway/pipeline/a.cpp:1: names a platform (telegram)'
  bad routing/a.hpp 'bool is_WeChat;' 'names a platform (wechat)'
  bad connectors/connector.hpp 'class WhatsApp;' 'names a platform (whatsapp)'
  bad gateway/cli/cases/a.cpp 'one.platform == "telegram"' 'gateway/cli/cases/a.cpp:1: names a platform (telegram)'
  bad gateway/cli/simulate/a.cpp 'case Platform::wechat_oa:' 'names a platform (wechat)'
  good routing/a.hpp '// WeChat sends these twice.'
  good routing/a.hpp 'int a = 0;  // "telegram", "visitor"'
  good connectors/telegram/a.cpp 'return "telegram";'
  good connectors/registry.cpp 'make_telegram(),'
  good tests/pipeline/a.cpp 'channel.platform = "telegram";'

  # A folder is a name too, whatever it is called.
  tree=$(mktemp -d)
  mkdir -p "$tree/connectors/acme" "$tree/gateway/chat"
  echo 'if (platform == "acme") return;' >"$tree/gateway/chat/a.cpp"
  found=$(cd "$tree" && check)
  rm -rf "$tree"
  case $found in
    'gateway/chat/a.cpp:1: names a platform ("acme")'*) ;;
    *) echo "self-test: a folder of connectors/ is not found as a name, got '$found'"; failed=1 ;;
  esac
}

lint_main "$@"
