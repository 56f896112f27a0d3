#!/usr/bin/env bash
# From a clone to a leaderboard: installs what is missing, builds, trains a small ViT and a small
# Hiera on handwritten digits, evaluates and benchmarks both, and writes the report.
# Usage: scripts/quickstart.sh [FOLDER-FOR-RESULTS]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
scripts/build.sh --program release
yardstick=build/release/bin/yardstick

out=${1:-runs/quickstart}
mkdir -p "$out"
export YARDSTICK_DB=$out/yardstick.db

for recipe in digits_vit digits_hiera; do
  if [[ -e $out/$recipe/model.safetensors ]]; then
    printf 'quickstart: %s is trained already (delete %s to train it again)\n' "$recipe" "$out/$recipe" >&2
  else
    "$yardstick" train --config "configs/recipes/$recipe.json" --output "$out/$recipe" --resume
  fi
  "$yardstick" eval --weights "$out/$recipe/model.safetensors"
  "$yardstick" bench --weights "$out/$recipe/model.safetensors" --batch 1,32 --training
done

"$yardstick" leaderboard --task digits
"$yardstick" report --out "$out/report.html"
