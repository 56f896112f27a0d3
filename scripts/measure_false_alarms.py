#!/usr/bin/env python3
"""How often does `yardstick compare` see a difference that is not there, and one that is?

Runs many comparisons of two sides in real processes and counts what their tests say: A/A trials of the same model twice,
and trials in which one side is slowed by a known share (a plug-in model that waits busily). Trials of all kinds alternate
in a seeded random order, so that a busy spell of the machine falls on all of them. Every finished trial is a line of
--out (JSON lines); started again with the same file, the series goes on where it was. The summary is Markdown.

    scripts/measure_false_alarms.py --yardstick BUILD/bin/yardstick --out trials.jsonl \\
        --trial "A/A=200:MODEL|MODEL" --trial "5 %=100:MODEL|MODEL --set slowdown=0.05"
"""

import argparse
import json
import math
import os
import random
import shlex
import statistics
import subprocess
import sys
import time

from compare_with_timm import compare, cpu_model

GATE_P = 0.002
GATE_EFFECT = 0.01
SHARED_CORE_SPREAD = 0.05  # above it another program had the same core


def wilson(successes, trials):
    """95 % score interval of a share."""
    if trials == 0:
        return 0.0, 1.0
    z = 1.959964
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return centre - half, centre + half


def parse_trial(text):
    name, rest = text.split("=", 1)
    count, sides = rest.split(":", 1)
    return name, int(count), sides.split("|")


def run_trial(args, sides, seed):
    command = [args.yardstick, "compare", "--processes", str(args.processes), "--protocol", args.protocol,
               "--control=false", "--json", "--quiet", "--order-seed", str(seed), "--db", args.db,
               *shlex.split(args.common), "--", *sides]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{shlex.join(command)}: exit {done.returncode}\n{done.stderr}")
    report = json.loads(done.stdout)
    pair = report["pairs"][0]
    return {"p": pair["p"], "speed_ratio": pair["speed_ratio"], "low": pair["low"], "high": pair["high"],
            "medians": [side["process_medians_s"] for side in report["sides"]],
            "seconds": time.monotonic() - started}


def spread(trial):
    """Standard deviation of log process medians within the sides."""
    squares, freedom = 0.0, 0
    for side in trial["medians"]:
        logs = [math.log(v) for v in side]
        mean = statistics.fmean(logs)
        squares += sum((v - mean) ** 2 for v in logs)
        freedom += len(logs) - 1
    return math.sqrt(squares / freedom)


def share_text(hits, trials):
    low, high = wilson(hits, trials)
    return f"{hits} of {trials}: {100 * hits / trials:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def is_found(trial, slowdown):
    """Would the gate's threshold see the trial's second side, made slower by this share?"""
    reference, side = trial["medians"]
    result = compare([s * (1 + slowdown) for s in side], reference)
    return result["p"] < GATE_P and abs(math.log(result["ratio"])) >= math.log(1 + GATE_EFFECT)


def report_power(trials):
    """From A/A trials: their noise is real, and a slowdown of any size is a factor of one side's times."""
    total = len(trials)
    trials = [t for t in trials if spread(t) < SHARED_CORE_SPREAD]
    if not trials:
        return
    print(f"\n{len(trials)} of the {total} A/A trials had a spread below {100 * SHARED_CORE_SPREAD:.0f} %; of these:")
    print("\n| slowdown | found at p < 0.002, in A/A trials with one side's times multiplied |\n| ---: | --- |")
    shares = {}
    for permille in range(5, 101, 5):
        shares[permille] = sum(is_found(t, permille / 1000) for t in trials)
        if permille % 10 == 0:
            print(f"| {permille / 10:.0f} % | {share_text(shares[permille], len(trials))} |")
    enough = [permille for permille, hits in shares.items() if hits >= 0.8 * len(trials)]
    if enough:
        print(f"\nSmallest slowdown found in 80 % of the trials: {min(enough) / 10:.1f} %.")


def report(kinds, trials, aa_kind):
    print(f"{cpu_model()}, {os.cpu_count()} threads.\n")
    print("| trials | p < 0.05 | p < 0.002 | and effect of 1 % or more | speed ratio, median | spread between processes, median |")
    print("| --- | --- | --- | --- | ---: | ---: |")
    for name, _, _ in kinds:
        ours = [t for t in trials if t["kind"] == name]
        if not ours:
            continue
        n = len(ours)
        strict = [t for t in ours if t["p"] < GATE_P]
        gated = [t for t in strict if abs(math.log(t["speed_ratio"])) >= math.log(1 + GATE_EFFECT)]
        print(f"| {name} | {share_text(sum(t['p'] < 0.05 for t in ours), n)} | {share_text(len(strict), n)} "
              f"| {share_text(len(gated), n)} | {statistics.median(t['speed_ratio'] for t in ours):.4f} "
              f"| {100 * statistics.median(spread(t) for t in ours):.2f} % |")
    aa = [t for t in trials if t["kind"] == aa_kind]
    if aa:
        report_power(aa)
    print(f"\n{statistics.median(t['seconds'] for t in trials):.1f} s a trial, median.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--yardstick", required=True, help="the yardstick program")
    parser.add_argument("--trial", action="append", required=True, metavar="NAME=COUNT:REFERENCE|SIDE")
    parser.add_argument("--out", required=True, help="JSON lines of the trials; continued where it exists")
    parser.add_argument("--common", default="", help="options of every comparison, as one text")
    parser.add_argument("--protocol", default="test", help="protocol profile of each process")
    parser.add_argument("--processes", type=int, default=9, help="a side")
    parser.add_argument("--db", default="trials.db", help="results database of all processes")
    parser.add_argument("--aa", default="A/A", metavar="NAME", help="trials without a difference, for the power table")
    parser.add_argument("--seed", type=int, default=0, help="of the order of the trials")
    parser.add_argument("--report-only", action="store_true", help="print the summary of --out and run nothing")
    args = parser.parse_args()
    kinds = [parse_trial(text) for text in args.trial]
    trials = []
    if os.path.exists(args.out):
        with open(args.out, encoding="utf-8") as file:
            trials = [json.loads(line) for line in file]
    order = [(name, i, sides) for name, count, sides in kinds for i in range(count)]
    random.Random(args.seed).shuffle(order)
    done = {(t["kind"], t["number"]) for t in trials}
    with open(args.out, "a", encoding="utf-8") as file:
        for at, (name, number, sides) in enumerate(order):
            if args.report_only or (name, number) in done:
                continue
            trial = {"kind": name, "number": number, **run_trial(args, sides, at)}
            trials.append(trial)
            file.write(json.dumps(trial) + "\n")
            file.flush()
            print(f"{len(trials)} of {len(order)}: {name} p {trial['p']:.4f} ratio {trial['speed_ratio']:.4f}", file=sys.stderr)
    report(kinds, trials, args.aa)


if __name__ == "__main__":
    main()
