#!/usr/bin/env python3
"""Runs two or more `yardstick bench` commands in interleaved processes and prints their ratios as Markdown.

    compare_bench.py --yardstick BUILD/bin/yardstick --tag throughput/training/images \\
        "75 % masked=mae_vit_base_patch16 --objective masked_autoencoding:mask_ratio=0.75" \\
        "unmasked=mae_vit_base_patch16 --objective masked_autoencoding:mask_ratio=0.005" -- --training --batch 8

Each side is NAME=ARGUMENTS; what follows -- is common to all. Every round starts each side once, in seeded random
order. The process is the statistical unit: a side's figure is the median over its processes, a ratio (the first side over
another) the median of all pairwise ratios (Hodges and Lehmann), its interval that of the exact Mann-Whitney test,
or the range where there are under 4 rounds.
"""

import argparse
import json
import os
import random
import shlex
import statistics
import subprocess
import sys
import tempfile

from compare_with_timm import compare, cpu_model

MEMORY_TAGS = ("memory/training/peak", "memory/inference/peak")


def measure(args, common, arguments, folder):
    database = os.path.join(folder, "bench.db")
    command = [args.yardstick, "bench", *shlex.split(arguments), *common, "--db", database, "--json", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
    record = json.loads(done.stdout)["runs"][0]
    return {m["tag"]: m["value"] for m in record["measurements"]}


def report(args, sides, results):
    names = list(sides)
    memory = next((tag for tag in MEMORY_TAGS if tag in results[names[0]][0]), None)
    print(f"{args.rounds} processes a side, interleaved; {cpu_model()}, {os.cpu_count()} threads.\n")
    print(f"| side | {args.tag}, median | range | {memory or 'memory'}, MiB |")
    print("| --- | ---: | ---: | ---: |")
    values = {name: [figures[args.tag] for figures in results[name]] for name in names}
    for name in names:
        mib = statistics.median(f[memory] for f in results[name]) / 2**20 if memory else float("nan")
        v = values[name]
        print(f"| {name} | {statistics.median(v):.4g} | {min(v):.4g} to {max(v):.4g} | {mib:.0f} |")
    print(f"\n| {names[0]} over | ratio | interval |")
    print("| --- | ---: | ---: |")
    for other in names[1:]:
        # compare() gives its second argument over its first.
        ratio = compare(values[other], values[names[0]])
        pairs = [a / b for a in values[names[0]] for b in values[other]]
        low = ratio["low"] if ratio["low"] is not None else min(pairs)
        high = ratio["high"] if ratio["high"] is not None else max(pairs)
        print(f"| {other} | {ratio['ratio']:.2f} | {low:.2f} to {high:.2f} |")
    print(f"\n    {shlex.join(['scripts/compare_bench.py', *sys.argv[1:]])}")


def main() -> None:
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sides", nargs="+", metavar="NAME=ARGUMENTS")
    parser.add_argument("--yardstick", required=True, help="the yardstick program")
    parser.add_argument("--tag", default="throughput/inference/images", help="the measurement compared")
    parser.add_argument("--rounds", type=int, default=5, help="processes a side")
    parser.add_argument("--seed", type=int, default=0, help="of the order")
    args = parser.parse_args(words[:cut])
    sides = dict(side.split("=", 1) for side in args.sides)
    draw = random.Random(args.seed)
    results = {name: [] for name in sides}
    with tempfile.TemporaryDirectory() as folder:
        for done in range(args.rounds):
            for name in draw.sample(list(sides), k=len(sides)):
                results[name].append(measure(args, words[cut + 1 :], sides[name], folder))
                print(f"round {done + 1} of {args.rounds}: {name} {results[name][-1][args.tag]:.4g}", file=sys.stderr)
    report(args, sides, results)


if __name__ == "__main__":
    main()
