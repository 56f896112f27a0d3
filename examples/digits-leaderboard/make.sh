#!/usr/bin/env bash
# Makes the database and the report beside this file: trains small backbones of six kinds on the handwritten digits, scores
# most of them with token merging too, measures speed and memory, and writes the report. What is there already is kept, so that
# an interrupted run goes on where it was. About 40 minutes on one core. Usage: examples/digits-leaderboard/make.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."

yardstick=${YARDSTICK:-build/release/bin/yardstick}
out=${1:-examples/digits-leaderboard}
weights=${YARDSTICK_DEMO_WEIGHTS:-runs/digits-leaderboard}
recipes=configs/recipes
mkdir -p "$out" "$weights"
export YARDSTICK_DB=$out/yardstick.db
one_core="--threads 1"

train() {  # NAME RECIPE [ARGUMENT...]
  local name=$1 recipe=$2
  shift 2
  [[ -e $weights/$name/done ]] && return
  # shellcheck disable=SC2086
  "$yardstick" train --config "$recipes/$recipe.json" --output "$weights/$name" --resume $one_core "$@"
  touch "$weights/$name/done"
}

# The same labels for all: every training digit. Pre-training sees the images without them.
train vit digits_vit
train rev_vit digits_rev_vit
train hiera digits_hiera
train mvitv2 digits_hiera mvitv2_nano_32
train rev_mvit digits_hiera rev_mvit_nano_32
train mae_pretrained digits_mae_pretrain
train mae digits_mae_finetune --weights "$weights/mae_pretrained/model.safetensors" --reset-head
train hiera_mae_pretrained digits_hiera_mae_pretrain
train hiera_mae digits_hiera_mae_finetune --weights "$weights/hiera_mae_pretrained/model.safetensors" --reset-head

once() {  # MARK COMMAND...
  local mark=$weights/$1
  shift
  [[ -e $mark ]] && return
  # shellcheck disable=SC2086
  "$yardstick" "$@" $one_core
  touch "$mark"
}

score() {  # NAME [METHOD]
  once "$1/scored-${2:-plain}" eval --weights "$weights/$1/model.safetensors" ${2:+--method "$2"}
}

# Five processes a figure: its interval is where another process would fall. Speed does not depend on the weights' values, so
# that what was pre-trained needs no measurement of its own.
measure() {  # NAME [METHOD]
  once "$1/measured-${2:-plain}" bench --weights "$weights/$1/model.safetensors" ${2:+--method "$2"} --batch 1,64 --processes 5 --profile smoke
}

for model in vit rev_vit hiera mvitv2 rev_mvit mae hiera_mae; do score "$model"; done
for model in vit rev_vit hiera mvitv2 rev_mvit; do measure "$model"; done
for r in 2 4 6 8; do
  score vit "tome:r=$r"
  score mae "tome:r=$r"
  measure vit "tome:r=$r"
done
for ratio in 0.8 0.9; do
  score vit "pitome:ratio=$ratio"
  measure vit "pitome:ratio=$ratio"
done

"$yardstick" leaderboard --task digits --group none
"$yardstick" report --out "$out/report.html"
