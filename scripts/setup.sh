#!/usr/bin/env bash
# Installs what Yardstick builds on: Debian or Ubuntu packages, and LibTorch 2.11 with the CUDA 13
# compiler and what the tests need of Python from PyPI, in a folder of their own. Does only what is
# missing; without anything missing it needs no network.
# --browser: also what the browser tests need, Chromium and the npm packages of tests/browser.
set -euo pipefail
cd "$(dirname "$0")/.."

deps=${YARDSTICK_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/yardstick/deps}
venv=$deps/venv
say() { printf 'setup: %s\n' "$*" >&2; }

packages=(
  g++ ninja-build ccache mold git pkg-config python3-venv
  libboost-program-options-dev libboost-math-dev nlohmann-json3-dev libsqlite3-dev zlib1g-dev
  libjpeg-dev libpng-dev libarchive-dev libbenchmark-dev libgtest-dev libgmock-dev
)
missing=()
for package in "${packages[@]}"; do
  if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
    missing+=("$package")
  fi
done
if ((${#missing[@]})); then
  install=(apt-get install -y --no-install-recommends "${missing[@]}")
  if [[ $(id -u) -ne 0 ]]; then
    say "these packages are missing; install them and run this again:"
    say "  sudo ${install[*]}"
    exit 4
  fi
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${install[@]}" -qq >/dev/null
else
  say "system packages: all there"
fi

# An own LibTorch (LIBTORCH_ROOT) makes the download unnecessary.
stamp=$deps/requirements.txt
if [[ -n ${LIBTORCH_ROOT:-} ]]; then
  say "LibTorch: using LIBTORCH_ROOT=$LIBTORCH_ROOT, nothing downloaded"
elif ! cmp -s scripts/requirements.txt "$stamp"; then
  say "installing what $venv lacks of LibTorch 2.11, the CUDA 13 compiler (5 GB) and Python packages"
  mkdir -p "$deps"
  [[ -x $venv/bin/python ]] || python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r scripts/requirements.txt

  # The pip toolkit lacks the names that linkers and CMake look for.
  nvidia=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/nvidia
  [[ -e $nvidia/cu13/lib64 ]] || ln -s lib "$nvidia/cu13/lib64"
  for lib in "$nvidia"/{cu13,nccl,cudnn}/lib/lib*.so.*; do
    plain=${lib%%.so.*}.so
    [[ -e $plain ]] || ln -s "$(basename "$lib")" "$plain"
  done
  cp scripts/requirements.txt "$stamp"
else
  say "LibTorch and CUDA: all there, in $venv"
fi

# The tests of the report are skipped where something of this is missing, so nothing here fails.
setup_browser() {
  if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
    local install=(apt-get install -y --no-install-recommends chromium)
    if [[ $(id -u) -ne 0 ]]; then
      say "for the browser tests: sudo ${install[*]}"
    else
      say "installing chromium"
      apt-get update -qq || true
      DEBIAN_FRONTEND=noninteractive "${install[@]}" -qq >/dev/null || say "chromium: not installed"
    fi
  fi
  if ! command -v npm >/dev/null; then
    say "for the browser tests: install Node.js 20 or newer, with npm"
  elif ! cmp -s tests/browser/package-lock.json tests/browser/node_modules/.stamp; then
    if (cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2); then
      cp tests/browser/package-lock.json tests/browser/node_modules/.stamp
    else
      say "npm packages of the browser tests: not installed"
    fi
  fi
}
if [[ ${1:-} == --browser ]]; then setup_browser; fi
