#!/usr/bin/env python3
"""Does another run of `yardstick bench` fall into the interval that the first one stated?

Runs the same bench again and again in fresh processes, with one process a run and with several, in turn in a seeded
random order, and counts over all ordered pairs of runs how often the second's figure lies in the first's interval. With
--timm-benchmark (benchmark.py of the timm repository), timm's own benchmark of the model takes its turns too. The
summary is Markdown. Finished runs are lines of --out; started again with the same file, the series goes on.

    scripts/measure_repeatability.py vit_tiny_patch16_224 --yardstick BUILD/bin/yardstick --out runs.jsonl \\
        --timm-benchmark benchmark.py --python PYTHON_WITH_TIMM
"""

import argparse
import json
import os
import random
import re
import shlex
import statistics
import subprocess
import sys
import tempfile

from compare_with_timm import cpu_model

TAG = "throughput/inference/images"


def checked(command, environment=None):
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise SystemExit(f"{shlex.join(command)}: exit {done.returncode}\n{done.stderr}")
    return done


def bench(args, processes):
    with tempfile.TemporaryDirectory() as folder:
        command = [args.yardstick, "bench", args.model, "--batch", str(args.batch), "--processes", str(processes),
                   "--threads", str(args.threads), "--json", "--quiet", "--db", os.path.join(folder, "runs.db"),
                   *shlex.split(args.bench_options)]
        record = json.loads(checked(command).stdout)["runs"][0]
    found = next(m for m in record["measurements"] if m["tag"] == TAG)
    return {"value": found["value"], "low": found["low"], "high": found["high"]}


def timm(args):
    environment = {**os.environ, "OMP_NUM_THREADS": str(args.threads), "MKL_NUM_THREADS": str(args.threads)}
    command = [args.python, args.timm_benchmark, "--model", args.model, "--bench", "inference", "--device", "cpu",
               "--batch-size", str(args.batch)]
    done = checked(command, environment)
    return {"value": float(re.search(r'"infer_samples_per_sec":\s*([0-9.]+)', done.stdout).group(1))}


def held(runs):
    pairs = [(a, b) for a in runs for b in runs if a is not b]
    return sum(a["low"] <= b["value"] <= a["high"] for a, b in pairs), len(pairs)


def report(args, series):
    print(f"{cpu_model()}, {args.threads} threads, `{args.model}`, batch {args.batch}, images/s.\n")
    print("| | runs | median | lowest to highest | stated interval, median half width | later and earlier runs within |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for side, runs in series.items():
        values = [run["value"] for run in runs]
        if len(values) < 2:
            continue
        middle = statistics.median(values)
        width, within = "none stated", "-"
        if "low" in runs[0]:
            half = statistics.median((run["high"] - run["low"]) / 2 / run["value"] for run in runs)
            hits, pairs = held(runs)
            width, within = f"{100 * half:.1f} %", f"{hits} of {pairs}: {100 * hits / pairs:.0f} %"
        print(f"| {side} | {len(values)} | {middle:.4g} | {min(values):.4g} to {max(values):.4g} "
              f"({100 * (max(values) / min(values) - 1):.1f} %) | {width} | {within} |")
    print("\nIn the order run:\n")
    for side, runs in series.items():
        print(f"- {side}: {', '.join(format(run['value'], '.4g') for run in runs)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--yardstick", required=True, help="the yardstick program")
    parser.add_argument("--out", required=True, help="JSON lines of the runs; continued where it exists")
    parser.add_argument("--runs", type=int, default=10, help="of each kind")
    parser.add_argument("--processes", type=int, default=5, help="of a run with several")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--bench-options", default="", metavar="TEXT", help="more options of yardstick bench")
    parser.add_argument("--timm-benchmark", metavar="FILE", help="timm's benchmark.py")
    parser.add_argument("--python", default=sys.executable, metavar="FILE", help="interpreter with timm")
    parser.add_argument("--seed", type=int, default=0, help="of the order")
    parser.add_argument("--report-only", action="store_true", help="print the summary of --out and run nothing")
    args = parser.parse_args()
    sides = {f"bench --processes {args.processes}": lambda: bench(args, args.processes),
             "bench": lambda: bench(args, 1)}
    if args.timm_benchmark:
        sides["timm's benchmark.py"] = lambda: timm(args)
    done = []
    if os.path.exists(args.out):
        with open(args.out, encoding="utf-8") as file:
            done = [json.loads(line) for line in file]
    draw = random.Random(args.seed)
    order = [side for _ in range(args.runs) for side in draw.sample(list(sides), len(sides))]
    with open(args.out, "a", encoding="utf-8") as file:
        for side in [] if args.report_only else order[len(done):]:
            run = {"side": side, **sides[side]()}
            done.append(run)
            file.write(json.dumps(run) + "\n")
            file.flush()
            print(f"{len(done)} of {len(order)}: {side} {run['value']:.4g}", file=sys.stderr)
    report(args, {side: [run for run in done if run["side"] == side] for side in sides})


if __name__ == "__main__":
    main()
