#!/usr/bin/env python3
"""Compares the speed of `yardstick bench` with timm in eager PyTorch, and prints Markdown.

Every measurement is a fresh process: R of each side, interleaved in seeded random order, with the
same threads, batch and precision, image-like noise in three rotating buffers, and the same rules for warming up and for the precision of the median (docs/measuring.md).
The statistical unit is the process: the ratio is the median of all pairwise ratios of process medians (Hodges and Lehmann),
its interval and the p-value are those of the exact Mann-Whitney test. With --control, Yardstick is
measured a second time as a side of its own; that ratio should come out as not resolved.

    python scripts/compare_with_timm.py vit_tiny_patch16_224 hiera_tiny_224 --threads 2

On a GPU (--device cuda) a step is the time between two CUDA events around it, on both sides.

Needs Python 3.9 or newer with torch, timm and torchvision for the timm side, which may be another
interpreter (--python); the comparison itself needs only the standard library.
"""

import argparse
import json
import math
import os
import platform
import random
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

SIDES = ("yardstick", "timm")
CONTROL = "control"
NAMES = {"yardstick": "Yardstick", "timm": "timm", CONTROL: "Yardstick again"}
INPUT_BUFFERS = 3

# runners/bench_protocol.cpp
PROFILES = {
    "default": dict(warmup_steps=10, warmup_s=2.0, warmup_cap_s=20.0, slope=1e-3,
                    samples=30, min_s=1.0, cap_s=15.0, half_width=5e-3),
    "publish": dict(warmup_steps=10, warmup_s=2.0, warmup_cap_s=20.0, slope=1e-3,
                    samples=30, min_s=1.0, cap_s=60.0, half_width=5e-3),
    "smoke": dict(warmup_steps=3, warmup_s=0.2, warmup_cap_s=3.0, slope=1e-2,
                  samples=10, min_s=0.2, cap_s=3.0, half_width=2e-2),
}


def fail(message):
    sys.exit(f"compare_with_timm.py: {message}")


# Statistics


def fair_coin_cdf(successes, tosses):
    return sum(math.comb(tosses, k) for k in range(successes + 1)) / 2**tosses


def relative_half_width(samples):
    """Half of the median's 95 % interval by order statistics, relative to the median."""
    n = len(samples)
    if n < 6:
        return math.inf
    if n < 200:
        skip = max(k for k in range(n // 2) if k == 0 or 2 * fair_coin_cdf(k, n) <= 0.05)
    else:
        skip = math.floor(n / 2 - 0.98 * math.sqrt(n)) - 1
    ordered = sorted(samples)
    return (ordered[n - 1 - skip] - ordered[skip]) / 2 / statistics.median(ordered)


def relative_slope(values):
    pairs = [(values[j] - values[i]) / (j - i)
             for i in range(len(values)) for j in range(i + 1, len(values))]
    return statistics.median(pairs) / statistics.median(values) if pairs else 0.0


def mann_whitney_counts(m, n):
    """How many of the orders of m + n distinct values give each U, 0..m n."""
    counts = [[[1] for _ in range(n + 1)] for _ in range(m + 1)]
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            of_u = [0] * (i * j + 1)
            for u, count in enumerate(counts[i - 1][j]):
                of_u[u + j] += count
            for u, count in enumerate(counts[i][j - 1]):
                of_u[u] += count
            counts[i][j] = of_u
    return counts[m][n]


def compare(ours, theirs):
    """theirs / ours: above 1 where ours is faster."""
    m, n = len(ours), len(theirs)
    ratios = sorted(t / o for t in theirs for o in ours)
    counts = mann_whitney_counts(m, n)
    orders = sum(counts)

    def tail(u):
        return sum(counts[: math.floor(u) + 1]) / orders

    u = sum((r > 1) + 0.5 * (r == 1) for r in ratios)
    result = {"ratio": statistics.median(ratios), "low": None, "high": None,
              "p": min(1.0, 2 * tail(min(u, m * n - u)))}
    skip = -1
    while 2 * tail(skip + 1) <= 0.05:
        skip += 1
    if skip >= 0:
        result["low"], result["high"] = ratios[skip], ratios[m * n - 1 - skip]
    return result


def answer(result):
    if result["low"] is None:
        return "not resolved: a 95 % interval takes 4 processes a side"
    if result["low"] > 1:
        return "faster"
    if result["high"] < 1:
        return "slower"
    resolvable = math.sqrt(result["high"] / result["low"]) - 1
    return f"not resolved (differences above {100 * resolvable:.1f} % would have been)"


# The timm side, run in a process of its own


def image_like_noise(torch, shape, seed):
    generator = torch.Generator().manual_seed(seed)
    noise = torch.zeros(shape)
    for cell, weight in ((32, 1.0), (8, 0.5), (2, 0.25), (1, 0.1)):
        coarse = [*shape[:2], max(1, shape[2] // cell), max(1, shape[3] // cell)]
        layer = torch.randn(coarse, generator=generator)
        noise += weight * torch.nn.functional.interpolate(layer, size=shape[2:], mode="bilinear")
    return (noise - noise.mean()) / noise.std()


def run_child(args):
    import timm
    import torch

    profile = PROFILES[args.profile]
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[args.precision]
    model = timm.create_model(args.models[0], pretrained=False).eval().to(args.device, dtype)
    size = model.pretrained_cfg["input_size"]
    inputs = [image_like_noise(torch, [args.batch, *size], args.seed + i).to(args.device, dtype)
              for i in range(INPUT_BUFFERS)]
    if args.tome_r:
        sys.path.insert(0, args.tome)
        import tome
        tome.patch.timm(model)
        model.r = args.tome_r
    if args.compile:
        model = torch.compile(model)

    def cpu_steps(first, count):
        times = []
        for index in range(first, first + count):
            start = time.perf_counter()
            model(inputs[index % INPUT_BUFFERS])
            times.append(time.perf_counter() - start)
        return times

    def cuda_steps(first, count):
        marks = [(torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True))
                 for _ in range(count)]
        for index, (start, stop) in enumerate(marks, first):
            start.record()
            model(inputs[index % INPUT_BUFFERS])
            stop.record()
        torch.cuda.synchronize()
        return [start.elapsed_time(stop) / 1e3 for start, stop in marks]

    steps = cuda_steps if args.device == "cuda" else cpu_steps

    with torch.inference_mode():
        warmup = []
        start = time.perf_counter()
        while time.perf_counter() - start < profile["warmup_cap_s"]:
            warmup += steps(len(warmup), 1)
            if (len(warmup) >= profile["warmup_steps"]
                    and time.perf_counter() - start >= profile["warmup_s"]
                    and abs(relative_slope(warmup[-10:])) < profile["slope"]):
                break
        samples = []
        # Without waiting for the GPU within a quarter of a second.
        window = 1 if args.device == "cpu" else max(1, math.ceil(0.25 / warmup[-1]))
        start = time.perf_counter()
        checked_s = 0.0
        while True:
            samples += steps(len(samples), window)
            elapsed_s = time.perf_counter() - start
            if elapsed_s >= profile["cap_s"]:
                break
            # Deciding costs time of its own, so not after every step.
            if (len(samples) >= profile["samples"] and elapsed_s >= profile["min_s"]
                    and elapsed_s - checked_s >= 0.25):
                checked_s = elapsed_s
                if relative_half_width(samples) <= profile["half_width"]:
                    break
    json.dump({"seconds": statistics.median(samples), "samples": len(samples),
               "torch": torch.__version__, "timm": timm.__version__,
               "python": platform.python_version(), "threads": torch.get_num_threads()}, sys.stdout)


# The parent


def child_environment(threads):
    environment = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = str(threads)
    return environment


def run_process(command, threads):
    done = subprocess.run(command, env=child_environment(threads), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        fail(f"`{shlex.join(command)}` ended with {done.returncode}: {last}")
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError as error:
        fail(f"`{shlex.join(command)}` printed no JSON: {error}")


def measure_yardstick(args, model, database):
    command = [args.yardstick, "bench", model, "--batch", str(args.batch), "--device", args.device,
               "--threads", str(args.threads), "--precision", args.precision,
               "--profile", args.profile, "--db", database, "--quiet", "--json",
               *(["--method", f"tome:r={args.tome_r}"] if args.tome_r else []),
               *shlex.split(args.bench_options)]
    record = run_process(command, args.threads)["runs"][0]
    found = {m["tag"]: m for m in record["measurements"]}
    # On a GPU latency is the host's, launch and waiting included; throughput comes from the events.
    tag = "latency/inference/median" if args.device == "cpu" else "throughput/inference/images"
    if tag not in found:
        fail(f"the record of {model} has no {tag}: {record.get('reason', '')}")
    value = found[tag]["value"]
    return {"seconds": value if args.device == "cpu" else args.batch / value,
            "samples": found[tag].get("n"),
            "flags": record.get("flags", []), "provenance": record.get("provenance", {})}


def measure_timm(args, model):
    return run_process([args.python, os.path.abspath(__file__), "--child", model,
                        "--batch", str(args.batch), "--threads", str(args.threads),
                        "--precision", args.precision, "--profile", args.profile,
                        "--device", args.device, "--seed", str(args.seed),
                        *(["--tome", args.tome, "--tome-r", str(args.tome_r)] if args.tome_r else []),
                        *(["--compile"] if args.compile else [])], args.threads)


def schedule(args):
    sides = [*SIDES, *([CONTROL] if args.control else [])]
    order = [(model, side) for model in args.models for side in sides] * args.processes
    random.Random(args.seed).shuffle(order)
    return order


def measure(args):
    order = schedule(args)
    results = {model: {} for model in args.models}
    with tempfile.TemporaryDirectory() as folder:
        database = os.path.join(folder, "compare.db")
        for number, (model, side) in enumerate(order, 1):
            one = (measure_timm(args, model) if side == "timm"
                   else measure_yardstick(args, model, database))
            results[model].setdefault(side, []).append(one)
            print(f"[{number}/{len(order)}] {model} {NAMES[side]}: "
                  f"{1e3 * one['seconds']:.3f} ms", file=sys.stderr, flush=True)
    return results


def cpu_model():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown CPU"


def seconds_of(processes):
    return [one["seconds"] for one in processes]


def milliseconds(values):
    return (f"{1e3 * statistics.median(values):.3f} "
            f"({1e3 * min(values):.3f} to {1e3 * max(values):.3f})")


def row(label, ours, theirs):
    result = compare(ours, theirs)
    interval = ("-" if result["low"] is None
                else f"{result['low']:.3f} to {result['high']:.3f}")
    return (f"| {label} | {milliseconds(ours)} | {milliseconds(theirs)} | "
            f"{result['ratio']:.3f} | {interval} | {result['p']:.2g} | {answer(result)} |")


def command_of(args):
    """The command that repeats this run, without the paths of this machine."""
    words = ["python", "scripts/compare_with_timm.py", *args.models]
    for name in ("device", "batch", "threads", "precision", "profile", "processes", "seed"):
        words += [f"--{name}", str(getattr(args, name))]
    if args.tome_r:
        words += ["--tome", "ToMe", "--tome-r", str(args.tome_r)]
    if args.bench_options:
        words.append(f"--bench-options={args.bench_options}")
    words += [f"--{name}" for name in ("compile", "control") if getattr(args, name)]
    return shlex.join(words)


def markdown(args, results, load):
    first = next(iter(results.values()))
    timm_side = first["timm"][0]
    facts = first["yardstick"][0]["provenance"]
    commit = facts.get("git_commit", "")[:12] or "unknown commit"
    dirty = " with local changes" if facts.get("git_dirty") else ""
    flags = sorted({flag for sides in results.values() for side, runs in sides.items()
                    if side != "timm" for one in runs for flag in one["flags"]})
    lines = [
        "# Model speed against timm",
        "",
        f"- Machine: {facts['gpu_name'] + ', ' if 'gpu_name' in facts else ''}{cpu_model()}, "
        f"{os.cpu_count()} logical cores, {platform.system()} {platform.release()}, load average "
        f"{load:.2f} before the first process",
        f"- Yardstick {facts.get('yardstick', '')} ({commit}{dirty}), LibTorch "
        f"{facts.get('libtorch', 'unknown')}; timm {timm_side['timm']} with torch "
        f"{timm_side['torch']}, Python {timm_side['python']}, "
        f"{'torch.compile' if args.compile else 'eager'}, `torch.inference_mode()`"
        + (f"; ToMe, r = {args.tome_r}, on both sides" if args.tome_r else ""),
        f"- Batch {args.batch}, {args.threads} threads, {args.precision}, random weights, "
        f"image-like noise, profile {args.profile}; {args.processes} processes a side, "
        f"interleaved, seed {args.seed}",
        f"- Flags of the Yardstick runs: {', '.join(flags) or 'none'}",
        f"- Command: `{command_of(args)}`",
        "",
        "Median step time in ms over processes (and the range of their medians). Ratio: timm's time "
        "over Yardstick's, the median over all pairs of processes, above 1 where Yardstick is "
        "faster; interval and p from the exact Mann-Whitney test.",
        "",
        "| Model | Yardstick, ms | timm, ms | Ratio | 95 % interval | p | Yardstick is |",
        "|---|---|---|---|---|---|---|",
    ]
    for model, sides in results.items():
        lines.append(row(model, seconds_of(sides["yardstick"]), seconds_of(sides["timm"])))
    if args.control:
        lines += ["", "Control: Yardstick against itself, in the same order of processes.", "",
                  "| Model | Yardstick, ms | Yardstick again, ms | Ratio | 95 % interval | p | "
                  "Yardstick is |", "|---|---|---|---|---|---|---|"]
        for model, sides in results.items():
            lines.append(row(model, seconds_of(sides["yardstick"]), seconds_of(sides[CONTROL])))
    lines += ["", "Medians of all processes in ms, in the order taken:", ""]
    for model, sides in results.items():
        for side, processes in sides.items():
            values = ", ".join(f"{1e3 * value:.3f}" for value in seconds_of(processes))
            lines.append(f"- {model}, {NAMES[side]}: {values}")
    return "\n".join(lines) + "\n"


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("models", nargs="+", metavar="MODEL", help="name in Yardstick and timm")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--precision", default="fp32", choices=("fp32", "bf16", "fp16"))
    parser.add_argument("--profile", default="default", choices=sorted(PROFILES))
    parser.add_argument("--processes", type=int, default=9, metavar="R", help="of each side")
    parser.add_argument("--seed", type=int, default=0, help="of the order and of the inputs")
    parser.add_argument("--control", action="store_true", help="measure Yardstick twice")
    parser.add_argument("--compile", action="store_true", help="torch.compile on timm's side")
    parser.add_argument("--tome", metavar="DIR", help="checkout of facebookresearch/ToMe, to patch timm's model with")
    parser.add_argument("--tome-r", type=int, default=0, metavar="R",
                        help="tokens that each block merges, on both sides")
    parser.add_argument("--bench-options", default="", metavar="TEXT",
                        help="more options of yardstick bench, as one text")
    parser.add_argument("--yardstick", default=os.path.join(root, "build/release/bin/yardstick"),
                        metavar="FILE")
    parser.add_argument("--python", default=sys.executable, metavar="FILE",
                        help="interpreter that has torch and timm")
    parser.add_argument("--json", metavar="FILE", help="write all process medians there too")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    for name in ("batch", "threads", "processes"):
        if getattr(args, name) < 1:
            parser.error(f"--{name} must be at least 1")
    if args.tome_r and not args.tome:
        parser.error("--tome-r needs --tome")
    return args


def main():
    args = parse_arguments()
    if args.child:
        run_child(args)
        return
    if not os.access(args.yardstick, os.X_OK):
        fail(f"no program at {args.yardstick}; build the release preset or pass --yardstick FILE")
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"compare_with_timm.py: the machine is busy (load average {load:.2f}); "
              "expect wide intervals", file=sys.stderr)
    results = measure(args)
    sys.stdout.write(markdown(args, results, load))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"arguments": vars(args), "results": results}, file, indent=1)


if __name__ == "__main__":
    main()
