#!/usr/bin/env bash
# Builds and runs every test, the example plug-in's and, where Node.js is there, those of the report
# in a browser included. Usage: scripts/test.sh [CTEST-ARGUMENT...]
set -euo pipefail
cd "$(dirname "$0")/.."

if command -v node >/dev/null && command -v npm >/dev/null; then
  scripts/setup.sh --browser
else
  scripts/setup.sh
fi
scripts/build.sh "${YARDSTICK_PRESET:-release}"
deps=${YARDSTICK_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/yardstick/deps}
ctest=$deps/venv/bin/ctest
[[ -x $ctest ]] || ctest=ctest
exec "$ctest" --preset "${YARDSTICK_PRESET:-release}" "$@"
