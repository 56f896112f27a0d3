#!/usr/bin/env python3
"""A year of nights with planted shifts, through the detection of `yardstick nightly` and two simpler rules, as Markdown.

    scripts/simulate_year.py --program build/release/bin/yardstick_simulate_year --years 40 --chart docs/results/simulated-year.png

The program simulates (tests/simulation/simulate_year.cpp says what); settings are passed on as NAME=VALUE. --json keeps what it
printed, and a file of that is read again with --from. Several files put years of several seeds together.

Needs Python 3.9 or newer; --chart needs matplotlib.
"""

import argparse
import json
import statistics
import subprocess
import sys
from math import sqrt

SIZES = range(1, 11)
Z = 1.959963984540054
BANDS = ((0, 0.01, "under 1 %"), (0.01, 0.02, "1 to 2 %"), (0.02, 1, "over 2 %"))


def wilson(found, of):
    """95 %, as metrics/statistics/interval.h has it."""
    if of == 0:
        return 0.0, 1.0
    p = found / of
    middle = (p + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * sqrt(p * (1 - p) / of + Z * Z / (4 * of * of))
    return middle - half, middle + half


def share(found, of):
    low, high = wilson(found, of)
    return f"{100 * found / of:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"


def recall(shifts):
    return sum(s["delay"] is not None for s in shifts), len(shifts)


def a_month(years, months):
    """Mean of the years with its standard error times 1.96."""
    rates = [count / months for count in years]
    mean = statistics.fmean(rates)
    half = Z * statistics.stdev(rates) / sqrt(len(rates)) if len(rates) > 1 else 0.0
    return f"{mean:.2f} [{max(0.0, mean - half):.2f}, {mean + half:.2f}]"


def delay(shifts):
    delays = sorted(s["delay"] for s in shifts if s["delay"] is not None)
    if not delays:
        return "-"
    at = min(len(delays) - 1, int(0.9 * len(delays)))
    return f"{statistics.median(delays):.0f}, {delays[at]}"


def simulate(args):
    done = subprocess.run([args.program, f"years={args.years}", f"seed={args.seed}", *args.settings], stdout=subprocess.PIPE,
                          text=True)
    if done.returncode != 0:
        sys.exit(f"simulate_year.py: {args.program} ended with {done.returncode}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            file.write(done.stdout)
    return json.loads(done.stdout)


def detector_table(result):
    lines = ["| | false alarms a month: slower | faster | 3 % and more: found | of these at 1 to 2 % noise | delay: median, 90 % | "
             "reported twice |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for detector in result["detectors"]:
        large = [s for s in detector["shifts"] if s["percent"] >= 3]
        lines.append("| " + " | ".join([
            detector["name"], a_month(detector["false_slower"], result["months"]),
            a_month(detector["false_faster"], result["months"]), share(*recall(large)),
            share(*recall([s for s in large if 0.01 <= s["noise"] <= 0.02])), delay(large),
            f"{detector['repeats']} of {len(detector['shifts'])}"]) + " |")
    return lines


def size_table(result):
    lines = ["| found, by size | " + " | ".join(f"{size} %" for size in SIZES) + " |",
             "| --- |" + " ---: |" * len(SIZES)]
    for detector in result["detectors"]:
        cells = (recall([s for s in detector["shifts"] if s["percent"] == size]) for size in SIZES)
        lines.append(f"| {detector['name']} | " + " | ".join(f"{100 * found / of:.0f}" for found, of in cells) + " |")
    return lines


def noise_table(result):
    lines = ["| found, nights late (median) | " + " | ".join(f"{size} %" for size in SIZES) + " |",
             "| --- |" + " ---: |" * len(SIZES)]
    detector = next(d for d in result["detectors"] if d["name"] == result["shown"])
    for low, high, name in BANDS:
        cells = []
        for size in SIZES:
            shifts = [s for s in detector["shifts"] if s["percent"] == size and low <= s["noise"] < high]
            found, of = recall(shifts)
            late = delay(shifts).split(",")[0]
            cells.append(f"{found} of {of}, {late}")
        lines.append(f"| noise {name} | " + " | ".join(cells) + " |")
    return lines


def looks_lines(result):
    lines = []
    for detector in result["detectors"]:
        if detector.get("processes"):
            nights = result["years"] * result["nights"]
            lines.append(f"- {detector['name']}: {detector['looks'] / result['years']:.0f} alarms looked at a year, {detector['unresolved'] / result['years']:.0f} of them "
                         f"not resolved, {detector['processes'] / nights:.1f} processes a night on average")
    return lines


def chart(result, path):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    styles = [("#1b6ca8", "o", "-"), ("#5aa9e6", "s", "-"), ("#12355b", "D", "-"), ("#c8553d", "v", "--"), ("#e9a178", "^", "--"),
              ("#7a7a7a", "x", "--")]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.6), width_ratios=(3, 2))
    for number, (detector, (colour, marker, line)) in enumerate(zip(result["detectors"], styles)):
        shares, lows, highs = [], [], []
        for size in SIZES:
            found, of = recall([s for s in detector["shifts"] if s["percent"] == size])
            low, high = wilson(found, of)
            shares.append(100 * found / of)
            lows.append(max(0.0, 100 * (found / of - low)))
            highs.append(max(0.0, 100 * (high - found / of)))
        sizes = [size + 0.06 * (number - 2.5) for size in SIZES]
        left.errorbar(sizes, shares, yerr=(lows, highs), color=colour, marker=marker, linestyle=line, markersize=4,
                      linewidth=1.2, elinewidth=0.7, label=detector["name"])
        rate = statistics.fmean(detector["false_slower"]) / result["months"]
        right.barh(len(result["detectors"]) - number, rate, color=colour)
        right.text(rate + 0.15, len(result["detectors"]) - number, f"{rate:.2f}", va="center", fontsize=8)
    left.set_xlabel("size of the shift, %")
    left.set_ylabel("found, %")
    left.set_xticks(list(SIZES))
    left.set_ylim(-3, 103)
    right.set_yticks([])
    right.set_xlabel(f"false alarms a month over {result['benchmarks']} benchmarks")
    right.margins(x=0.15)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
        axes.set_axisbelow(True)
    figure.legend(*left.get_legend_handles_labels(), fontsize=8, loc="lower center", ncols=3, frameon=False)
    figure.tight_layout(rect=(0, 0.1, 1, 1))
    figure.savefig(path, dpi=130)


def merged(results):
    first = results[0]
    for other in results[1:]:
        first["years"] += other["years"]
        for mine, theirs in zip(first["detectors"], other["detectors"]):
            for key in ("shifts", "false_slower", "false_faster", "repeats", "looks", "unresolved", "processes"):
                if key in mine:
                    mine[key] += theirs[key]
    return first


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/bin/yardstick_simulate_year")
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", help="keep the program's output there")
    parser.add_argument("--from", dest="files", nargs="+", help="read kept output instead of simulating")
    parser.add_argument("--shown", default="nightly, beside the build before", help="whose recall is parted by noise")
    parser.add_argument("--chart", help="write a PNG there")
    parser.add_argument("settings", nargs="*", help="NAME=VALUE of the simulation")
    args = parser.parse_args()
    if args.files:
        result = merged([json.load(open(path, encoding="utf-8")) for path in args.files])
    else:
        result = simulate(args)
    result["shown"] = args.shown
    shifts = len(result["detectors"][0]["shifts"])
    print(f"{result['years']} years of {result['nights']} nights, {result['benchmarks']} benchmarks, {shifts} planted shifts.\n")
    tables = [detector_table(result)]
    if shifts:
        tables += [size_table(result), noise_table(result)]
    for lines in [*tables, looks_lines(result)]:
        print("\n".join(lines) + "\n")
    if args.chart:
        chart(result, args.chart)


if __name__ == "__main__":
    main()
