#!/usr/bin/env bash
# Trains models/intent.plm anew, the same bytes from the same data.
#
#   tools/train_intent.sh DATA_DIR [OUT]     PARLEY=build/release/parley to name the program
#
# DATA_DIR holds train-en-bitext27.tsv, train-en-banking77.tsv and train-en-clinc150.tsv, whose
# licences allow a shipped model; everything else is written by tools/service_intents.py. The rows
# by hand (tests/routing_text/data/intent_turns.tsv) set the temperature and the threshold.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[[ $# -ge 1 && -d $1 ]] || { echo "usage: tools/train_intent.sh DATA_DIR [OUT]" >&2; exit 2; }
data=$1
out=${2:-models/intent.plm}
parley=${PARLEY:-build/release/parley}
[[ -x $parley ]] || { echo "$parley is missing: ./dev build, or set PARLEY" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 tools/service_intents.py 500 7 "$data" > "$work/service-intents.tsv"

"$parley" train intent "$work/service-intents.tsv" --dev tests/routing_text/data/intent_turns.tsv \
  --epochs 10 --features 40000 --bag 32 --bag-features 40000 --refuse 0.03 -o "$out"
