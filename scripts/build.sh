#!/usr/bin/env bash
# Configures and builds a preset (default: release) with the tools that scripts/setup.sh installed.
# Usage: scripts/build.sh [PRESET [CMAKE-ARGUMENT...]]
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${1:-release}
shift || true
deps=${YARDSTICK_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/yardstick/deps}
cmake=$deps/venv/bin/cmake
[[ -x $cmake ]] || cmake=cmake

"$cmake" --preset "$preset" "$@" >&2
"$cmake" --build --preset "$preset" >&2
