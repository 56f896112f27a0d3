#!/usr/bin/env python3
"""Checks the dependency rules of docs/architecture.md against every #include line.

Exits 1 and prints file:line for each include that a folder may not have.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("registry", "models", "tasks", "metrics", "results", "runners", "cli")

# Which of our folders each folder may include; registry is reached as <yardstick/...>.
MAY_INCLUDE = {
    "registry": ("registry",),
    "models": ("models",),
    "tasks": ("tasks",),
    "metrics": ("metrics",),
    "results": ("results", "metrics/statistics"),
    "runners": ("runners", "metrics/statistics"),
    "cli": FOLDERS,
}

# Libraries that only some places may include: (pattern, places, reason).
RESERVED = (
    (r"sqlite3\.h", ("results/sqlite_", "tests/results/"), "only results/sqlite_*.cpp talk to SQLite"),
    (r"boost/program_options", ("cli/",), "only cli/ parses command lines"),
    (r"nccl\.h", ("runners/distributed_",), "only runners/distributed_*.cpp use NCCL"),
    (r"torch/(torch|all)\.h", (), "costs 20 s a file; include what is used"),
    (r"torch/nn(\.h|/)", ("models/", "tests/", "examples/", "registry/weights.cpp",
                          "registry/include/yardstick/image_model.h", "cli/plugin_skeleton.cpp"),
     "only models and plug-ins build networks"),
)
# A runner walks a module's parameters; that takes the base class and no layers.
MODULE_BASE = "torch/nn/module.h"

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def problems(path: pathlib.Path):
    name = path.relative_to(ROOT).as_posix()
    folder = name.split("/")[0]
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        target = match.group(2)
        top = target.split("/")[0]
        if folder in MAY_INCLUDE and top in FOLDERS:
            if not any(target.startswith(allowed + "/") for allowed in MAY_INCLUDE[folder]):
                yield f"{name}:{number}: {folder}/ may not include {target}"
        if path.suffix == ".h" and target == "nlohmann/json.hpp":
            yield f"{name}:{number}: headers include nlohmann/json_fwd.hpp at most"
        for pattern, places, reason in RESERVED:
            if target == MODULE_BASE and folder in ("runners", "cli"):
                continue
            if re.match(pattern, target) and not name.startswith(places or ("\0",)):
                yield f"{name}:{number}: includes {target}: {reason}"


def main() -> int:
    found = []
    for folder in FOLDERS + ("tests", "examples"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cpp", ".cu", ".cuh"):
                found += problems(path)
    print("\n".join(found) if found else "include rules: kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
