#!/usr/bin/env bash
# Configures and builds a preset (default: release) with the tools that scripts/setup.sh installed.
# Usage: scripts/build.sh [--program] [PRESET [CMAKE-ARGUMENT...]]
#   --program   without the tests
set -euo pipefail
cd "$(dirname "$0")/.."

target=all
if [[ ${1:-} == --program ]]; then
  target=program
  shift
fi
preset=${1:-release}
shift || true
deps=${YARDSTICK_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/yardstick/deps}
cmake=$deps/venv/bin/cmake
[[ -x $cmake ]] || cmake=cmake

"$cmake" --preset "$preset" "$@" >&2
"$cmake" --build --preset "$preset" --target "$target" >&2
