#!/usr/bin/env python3
"""Measures the peak memory of training steps against depth, of Rev-ViT and of ViT, and prints Markdown.

    python scripts/measure_reversible_memory.py --batch 4 --chart docs/results/reversible-memory.png

Three sides at one width: Rev-ViT, whose backward pass recomputes activations; the same network with ordinary autograd
(recompute=false); and ViT. Every depth and side is a `yardstick bench --training` in a process of its own: forward,
cross entropy, backward, AdamW. From its peak the script takes what any training holds for each parameter, the weight, its
gradient and AdamW's two moments, four numbers of four bytes; what is left is activations and the work space of operators.

With --largest-batch the question is the other one: the largest batch of each side and depth that fits --memory-gib, and the
images a second at that batch. Two small batches say what an image costs and so what should fit; it goes down from there until
it does.

Needs Python 3.9 or newer; --chart needs matplotlib.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile

from compare_with_timm import cpu_model

NUMBERS_PER_PARAMETER = 4  # weight, gradient, two moments
BYTES = 4
MIB = 2**20
FLAT = 0.05  # the claim: memory beyond parameters and gradients does not depend on depth

ORDINARY = "Rev-ViT, ordinary autograd"
PEAK = "memory/training/peak"
SPEED = "throughput/training/images"


class OutOfMemory(Exception):
    pass


def fail(message):
    sys.exit(f"measure_reversible_memory.py: {message}")


def sides_of(args):
    return {"Rev-ViT": [args.reversible],
            ORDINARY: [args.reversible, "--set", "recompute=false"],
            "ViT": [args.plain]}


def measure(args, side, depth, batch, database):
    command = [args.yardstick, "bench", *side, "--set", f"depth={depth}", "--batch", str(batch), "--training",
               "--inference=false", "--device", args.device, "--precision", args.precision, "--profile", args.profile,
               "--threads", str(args.threads), "--db", database, "--json", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        fail(f"`{shlex.join(command)}` ended with {done.returncode}: {done.stderr.strip()}")
    record = json.loads(done.stdout)["runs"][0]
    if record["status"] != "ok":
        if "out_of_memory" in record.get("reason", ""):
            raise OutOfMemory(record["reason"])
        fail(f"`{shlex.join(command)}`: {record.get('reason', record['status'])}")
    found = {m["tag"]: m["value"] for m in record["measurements"]}
    held = NUMBERS_PER_PARAMETER * BYTES * found["params/total"]
    return {"batch": batch, "peak": found[PEAK], "held": held, "beyond": found[PEAK] - held,
            "images_per_s": found.get(SPEED), "provenance": record.get("provenance", {})}


def against_depth(args, database):
    results = {}
    for name, side in sides_of(args).items():
        for depth in args.depths:
            one = measure(args, side, depth, args.batch, database)
            results.setdefault(name, {})[depth] = one
            print(f"{name}, {depth} blocks: {one['peak'] / MIB:.0f} MiB, {one['beyond'] / MIB:.0f} beyond parameters",
                  file=sys.stderr, flush=True)
    return results


def largest_batch(args, side, depth, database):
    """The figures at the largest batch that fits, to about 2 %; None where not even the first does."""
    try:
        small = measure(args, side, depth, args.batch, database)
        best = measure(args, side, depth, 2 * args.batch, database)
    except OutOfMemory:
        return None
    # Memory is a line over the batch; the allocator's slack and the context keep the last percents.
    an_image = (best["peak"] - small["peak"]) / args.batch
    room = args.memory_gib * 1024 * MIB - best["peak"]
    for share in (0.97, 0.95, 0.93, 0.9, 0.85, 0.8, 0.7):
        batch = int(best["batch"] + share * room / an_image)
        try:
            return measure(args, side, depth, batch, database) | {"an_image": an_image}
        except OutOfMemory:
            print(f"batch {batch} does not fit", file=sys.stderr, flush=True)
    return None


def at_largest_batch(args, database):
    results = {}
    for name, side in sides_of(args).items():
        if name == ORDINARY:  # needs what ViT needs
            continue
        for depth in args.depths:
            one = largest_batch(args, side, depth, database)
            results.setdefault(name, {})[depth] = one
            text = "does not fit" if one is None else f"batch {one['batch']}, {one['images_per_s']:.1f} images/s"
            print(f"{name}, {depth} blocks: {text}", file=sys.stderr, flush=True)
    return results


def command_of(args):
    words = ["python", "scripts/measure_reversible_memory.py"]
    for name in ("batch", "precision", "threads", "profile", "device", "reversible", "plain"):
        words += [f"--{name}", str(getattr(args, name))]
    words += ["--depths", ",".join(map(str, args.depths))]
    return shlex.join(words + (["--largest-batch", "--memory-gib", f"{args.memory_gib:g}"] if args.largest_batch else []))


def machine(args, results):
    done = [one for by_depth in results.values() for one in by_depth.values() if one is not None]
    if not done:
        fail(f"nothing fits at batch {args.batch}; begin with a smaller --batch")
    facts = done[0]["provenance"]
    device = facts.get("gpu_name") or cpu_model()
    commit = facts.get("git_commit", "")[:12] or "unknown commit"
    dirty = " with local changes" if facts.get("git_dirty") else ""
    return (f"{device}; Yardstick {commit}{dirty}, LibTorch {facts.get('libtorch', 'unknown')}; `{args.reversible}` and "
            f"`{args.plain}`, {args.precision}.")


def table(args, results, heading, cell):
    lines = [f"| {heading} | " + " | ".join(str(depth) for depth in args.depths) + " |",
             "| --- |" + " ---: |" * len(args.depths)]
    for name, by_depth in results.items():
        cells = ("-" if by_depth[depth] is None else cell(by_depth[depth]) for depth in args.depths)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines + [""]


def growth(name, by_depth):
    depths = sorted(by_depth)
    values = [by_depth[depth]["beyond"] for depth in depths]
    spread = max(values) / min(values) - 1
    if spread <= FLAT:
        return f"- {name}: flat, the largest is {100 * spread:.1f} % above the smallest"
    # Off the line through the ends.
    slope = (values[-1] - values[0]) / (depths[-1] - depths[0])
    off = max(abs(value - values[0] - slope * (depth - depths[0])) for depth, value in zip(depths, values))
    return f"- {name}: {slope / MIB:.1f} MiB a block, linear to within {100 * off / max(values):.1f} %"


def markdown_of_memory(args, results):
    lines = [machine(args, results), "", f"Training steps (forward, loss, backward, AdamW) at batch {args.batch}.", ""]
    if args.chart:
        lines += [f"![memory against depth]({os.path.basename(args.chart)})", ""]
    lines += table(args, results, "MiB beyond parameters, gradients and moments, by blocks",
                   lambda one: f"{one['beyond'] / MIB:.1f}")
    if len(args.depths) > 1:
        lines += [growth(name, by_depth) for name, by_depth in results.items()] + [""]
    lines += table(args, results, "MiB in all", lambda one: f"{one['peak'] / MIB:.0f}")
    lines += table(args, results, "of these parameters, gradients and moments", lambda one: f"{one['held'] / MIB:.0f}")
    return "\n".join([*lines, f"    {command_of(args)}"]) + "\n"


def markdown_of_batches(args, results):
    lines = [machine(args, results), ""]
    lines += table(args, results, "largest batch, by blocks", lambda one: str(one["batch"]))
    lines += table(args, results, "images/s at that batch", lambda one: f"{one['images_per_s']:.1f}")
    lines += table(args, results, "MiB a further image", lambda one: f"{one['an_image'] / MIB:.1f}")
    return "\n".join([*lines, f"    {command_of(args)}"]) + "\n"


def draw(path, results):
    try:
        import matplotlib
    except ImportError:
        fail("--chart needs matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    for (name, by_depth), style in zip(results.items(), ("o-", "s-", "^--")):
        depths = sorted(by_depth)
        axes.plot(depths, [by_depth[depth]["beyond"] / MIB for depth in depths], style, label=name)
    axes.set_xlabel("blocks")
    axes.set_xticks(depths)
    axes.set_ylabel("MiB beyond parameters, gradients\nand moments")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def parse_arguments():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reversible", default="rev_vit_small_patch16_224", metavar="MODEL")
    parser.add_argument("--plain", default="vit_small_patch16_224", metavar="MODEL", help="of the same width")
    parser.add_argument("--depths", default="6,12,24,48", metavar="LIST", help="blocks")
    parser.add_argument("--batch", type=int, default=4, help="with --largest-batch, the first that is tried")
    parser.add_argument("--device", default="cpu", metavar="cpu|cuda:N")
    parser.add_argument("--precision", default="fp32", choices=("fp32", "tf32", "bf16", "fp16"))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--profile", default="test", choices=("default", "publish", "smoke", "test"),
                        help="of the timed part, which memory does not depend on")
    parser.add_argument("--largest-batch", action="store_true", help="the largest batch, and the speed at it")
    parser.add_argument("--memory-gib", type=float, metavar="N", help="memory of the device; needed by --largest-batch")
    parser.add_argument("--chart", metavar="FILE.png", help="draw memory against depth there")
    parser.add_argument("--json", metavar="FILE", help="write all figures there too")
    parser.add_argument("--yardstick", default=os.path.join(root, "build/release/bin/yardstick"), metavar="FILE")
    args = parser.parse_args()
    try:
        args.depths = [int(depth) for depth in args.depths.split(",")]
    except ValueError:
        parser.error("--depths is a list of numbers, as 6,12,24,48")
    if not args.depths or min(args.depths) < 1 or args.batch < 1:
        parser.error("depths and batch must be at least 1")
    if args.largest_batch and not args.memory_gib:
        parser.error("--largest-batch needs --memory-gib, as `nvidia-smi` or `yardstick doctor` say it")
    if args.largest_batch and args.chart:
        parser.error("--chart is of memory against depth")
    return args


def main():
    args = parse_arguments()
    if not os.access(args.yardstick, os.X_OK):
        fail(f"no program at {args.yardstick}; build the release preset or pass --yardstick FILE")
    with tempfile.TemporaryDirectory() as folder:
        database = os.path.join(folder, "memory.db")
        results = (at_largest_batch if args.largest_batch else against_depth)(args, database)
    if args.chart:
        draw(args.chart, results)
    sys.stdout.write((markdown_of_batches if args.largest_batch else markdown_of_memory)(args, results))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"arguments": vars(args), "results": results}, file, indent=1)


if __name__ == "__main__":
    main()
