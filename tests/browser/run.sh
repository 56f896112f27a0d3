#!/usr/bin/env bash
# Runs one suite of the browser tests: run.sh SUITE YARDSTICK BROWSER-RECORDS. Exit code 77: something
# that it needs is missing.
set -euo pipefail
suite=$1
export YARDSTICK_PROGRAM=$2 YARDSTICK_BROWSER_RECORDS=$3
cd "$(dirname "$0")"

skip() { printf 'skipped: %s (scripts/setup.sh --browser installs it)\n' "$1"; exit 77; }
command -v node >/dev/null || skip "node is missing"
(($(node -p 'process.versions.node.split(".")[0]') >= 20)) || skip "node is older than 20"
[[ -d node_modules/playwright-core ]] || skip "the npm package playwright-core is missing"
for name in "${YARDSTICK_CHROMIUM:-}" chromium chromium-browser google-chrome; do
  if [[ -n $name ]] && path=$(command -v "$name"); then
    export YARDSTICK_CHROMIUM=$path
    break
  fi
done
[[ -n ${YARDSTICK_CHROMIUM:-} && -x ${YARDSTICK_CHROMIUM:-} ]] || skip "Chromium is missing"
exec node --test --test-concurrency=1 "$suite.test.js"
