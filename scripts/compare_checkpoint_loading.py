#!/usr/bin/env python3
"""Times loading a checkpoint to a ready model: Yardstick against Python's PyTorch, in one run.

    compare_checkpoint_loading.py --yardstick BUILD/bin/yardstick --model vit_large_patch16_224 FILE

Needs the PyTorch that LibTorch came with, in the Python that runs this. FILE is a torch.save file of
the model's state dict (flat, or under one of the usual keys); without it one of random values is
written beside the report's folder and removed. Fresh processes of both sides alternate in a seeded
random order with the file in the page cache. Each times itself from the file's name to parameters that
hold its values: imports, start-up and plug-ins are not counted. The Python side gets tensors of the
right shapes for nothing (it builds no modules); Yardstick's time includes building its model.
"""

import argparse
import collections
import json
import os
import random
import statistics
import subprocess
import sys
import time

from compare_with_timm import cpu_model

OURS = ("yardstick", "yardstick_copy")
THEIRS = ("torch", "torch_mmap", "torch_mmap_assign")
SIDES = OURS + THEIRS


def model_of(checkpoint):
    for key in ("model", "model_state", "state_dict"):
        if isinstance(checkpoint.get(key), dict):
            return checkpoint[key]
    return checkpoint


def run_torch(path, threads, side):
    """Loads into a module that has the file's tensors as parameters, all made before the clock starts."""
    import torch

    torch.set_num_threads(threads)
    torch.serialization.add_safe_globals([argparse.Namespace])
    shapes = {k: (v.shape, v.dtype) for k, v in model_of(torch.load(path, mmap=True, weights_only=True)).items()}

    class Flat(torch.nn.Module):
        def __init__(self):
            super().__init__()
            for name, (shape, dtype) in shapes.items():
                flat = name.replace(".", "/")
                self.register_buffer(flat, torch.empty(shape, dtype=dtype))

    module = Flat()
    mmap = side != "torch"
    start = time.perf_counter()
    state = model_of(torch.load(path, map_location="cpu", weights_only=True, mmap=mmap))
    loaded = time.perf_counter()
    named = {name.replace(".", "/"): tensor for name, tensor in state.items()}
    module.load_state_dict(named, assign=side == "torch_mmap_assign")
    end = time.perf_counter()
    print(json.dumps({"load": loaded - start, "copy": end - loaded, "ready": end - start}))


def write_random(yardstick, model, path):
    """A state dict of the model's names and shapes, as Yardstick names the missing tensors of an empty file."""
    import torch

    empty = path + ".empty.pth"
    torch.save({"none": torch.zeros(1)}, empty)
    done = subprocess.run(
        [yardstick, "weights", "check", empty, "--model", model, "--json"], capture_output=True, text=True
    )
    os.remove(empty)
    missing = json.loads(done.stdout)["missing"]
    state = collections.OrderedDict(
        (tensor["name"], torch.randn(tensor["shape"]).mul_(0.02)) for tensor in missing
    )
    torch.save({"model": state}, path)


def run_side(side, args, path):
    env = {**os.environ, "OMP_NUM_THREADS": str(args.threads)}
    if side in OURS:
        command = [args.yardstick, "weights", "check", path, "--model", args.model, "--json"]
        command += ["--copy"] if side == "yardstick_copy" else []
    else:
        command = [sys.executable, __file__, "--as-torch", side, "--threads", str(args.threads), path]
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
    report = json.loads(done.stdout)
    return report["seconds"]["ready"] if side in OURS else report["ready"]


def ratio_interval(ours, theirs, seed):
    """Ratio of medians (theirs over ours) and its 95 % percentile bootstrap interval, resampling processes."""
    draw = random.Random(seed)
    ratios = sorted(
        statistics.median(draw.choices(theirs, k=len(theirs))) / statistics.median(draw.choices(ours, k=len(ours)))
        for _ in range(10000)
    )
    return statistics.median(theirs) / statistics.median(ours), ratios[249], ratios[9749]


def warm(path):
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def report(args, path, results):
    import torch

    print(f"# Loading {args.model}: Yardstick against PyTorch {torch.__version__}\n")
    print(f"Seconds from a file of {os.path.getsize(path) / 1e9:.2f} GB in the page cache to a ready model on")
    print(f"{cpu_model()}, {args.threads} threads, {args.rounds} processes a side, interleaved.\n")
    print("| side | median, s | min, s | max, s |")
    print("|---|---|---|---|")
    for side in SIDES:
        seconds = results[side]
        print(f"| {side} | {statistics.median(seconds):.3f} | {min(seconds):.3f} | {max(seconds):.3f} |")
    # What leaves the weights where they are is held against what does, as well as against the usual way.
    print("\n| PyTorch over Yardstick | ratio | 95 % interval |")
    print("|---|---|---|")
    for theirs in THEIRS:
        for ours in OURS:
            point, low, high = ratio_interval(results[ours], results[theirs], args.seed)
            print(f"| {theirs} / {ours} | {point:.2f} | {low:.2f} to {high:.2f} |")
    print("\n`yardstick` leaves the weights in the mapped file, as `eval` does; `yardstick_copy` copies them, as `bench`")
    print("and `train` do. `torch` is torch.load(weights_only=True), `torch_mmap` the same with mmap=True, each followed by")
    print("load_state_dict into tensors that exist already; `torch_mmap_assign` puts the mapped tensors in their place, as")
    print("`yardstick` does. Mapped weights are read when they are first used. Yardstick's time includes building the model.\n")
    print(f"    {' '.join(['scripts/compare_checkpoint_loading.py', *sys.argv[1:]])}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="checkpoint; a random one where none is named")
    parser.add_argument("--yardstick", help="the yardstick program")
    parser.add_argument("--model", default="vit_large_patch16_224")
    parser.add_argument("--rounds", type=int, default=15, help="processes a side")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--as-torch", choices=THEIRS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.as_torch:
        run_torch(args.file, args.threads, args.as_torch)
        return
    if not args.yardstick:
        parser.error("--yardstick is needed")

    path = args.file or os.path.join(os.getcwd(), f"{args.model}.random.pth")
    if not args.file:
        write_random(args.yardstick, args.model, path)
    try:
        warm(path)
        draw = random.Random(args.seed)
        results = {side: [] for side in SIDES}
        for side in SIDES:
            run_side(side, args, path)  # neither side's first process counts
        for _ in range(args.rounds):
            for side in draw.sample(SIDES, k=len(SIDES)):
                results[side].append(run_side(side, args, path))
        report(args, path, results)
    finally:
        if not args.file:
            os.remove(path)


if __name__ == "__main__":
    main()
