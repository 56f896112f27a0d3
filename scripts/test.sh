#!/usr/bin/env bash
# Builds and runs every test, the example plug-in's included. Usage: scripts/test.sh [CTEST-ARGUMENT...]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
scripts/build.sh "${YARDSTICK_PRESET:-release}"
deps=${YARDSTICK_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/yardstick/deps}
ctest=$deps/venv/bin/ctest
[[ -x $ctest ]] || ctest=ctest
exec "$ctest" --preset "${YARDSTICK_PRESET:-release}" "$@"
