#!/usr/bin/env bash
# Trains models/sentiment.plm anew, the same bytes from the same data.
#
#   tools/train_sentiment.sh DATA_DIR [OUT]     PARLEY=build/release/parley to name the program
#
# DATA_DIR holds train-*.tsv and dev-*.tsv of "label<TAB>text". Of the training files only those are
# used whose name carries neither -unlicensed nor -noncommercial: the model is shipped. The dev files
# set temperatures and the threshold of service turns; models/sentiment.md says what they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[[ $# -ge 1 && -d $1 ]] || { echo "usage: tools/train_sentiment.sh DATA_DIR [OUT]" >&2; exit 2; }
data=$1
out=${2:-models/sentiment.plm}
parley=${PARLEY:-build/release/parley}
[[ -x $parley ]] || { echo "$parley is missing: ./dev build, or set PARLEY" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 tools/service_turns.py 9000 20 > "$work/service-turns-cs.tsv"

train=()
for file in "$data"/train-*.tsv; do
  case $(basename "$file") in
    *-unlicensed* | *-noncommercial* | train-anger*) ;;  # the anger rows repeat the others
    *) train+=("$file") ;;
  esac
done
[[ ${#train[@]} -gt 0 ]] || { echo "no train-*.tsv in $data" >&2; exit 1; }

dev=()
for file in "$data"/dev-*.tsv; do
  case $(basename "$file") in
    dev-en-airline*) ;;  # for measuring only: its source forbids commercial use
    *) dev+=(--dev "$file") ;;
  esac
done

# English posts also count as service turns: that is how people write to a brand in public.
"$parley" train sentiment "${train[@]}" "$work/service-turns-cs.tsv" "${dev[@]}" \
  --kind ewect=social --kind nlpcc=social --kind goemo=social --kind semeval=social \
  --kind os10=review --kind xs30k=chat --kind emocon=chat \
  --also en-social=cs --rate 0.004 -o "$out"
