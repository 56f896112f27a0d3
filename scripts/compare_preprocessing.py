#!/usr/bin/env python3
"""Compares Yardstick's image preprocessing with torchvision on Pillow, in one run on one core.

    compare_preprocessing.py --bench BUILD/bin/yardstick_preprocess_bench PHOTO... > preprocessing.md

Needs pillow, torch and torchvision. Fresh processes of both sides alternate in a seeded random order,
each is pinned to the same core, and the figure is the ratio of the medians over processes with a 95 %
bootstrap interval. First it checks that both sides give the same inputs.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def torchvision_stages():
    """The timm/torchvision evaluation transform, cut into the stages that are timed."""
    import torch
    from PIL import Image
    from torchvision import transforms

    torch.set_num_threads(1)
    mode = transforms.InterpolationMode.BICUBIC
    resize = transforms.Resize(256, interpolation=mode)
    rest = transforms.Compose(
        [transforms.CenterCrop(224), transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    )

    def decode(path):
        with open(path, "rb") as file:
            return Image.open(file).convert("RGB")

    return decode, resize, rest


def images_per_s(seconds, items, step):
    rate = 0.0
    for limit in (seconds / 10, seconds):
        start = time.process_time()
        images, elapsed = 0, 0.0
        while elapsed < limit:
            for item in items:
                step(item)
            images += len(items)
            elapsed = time.process_time() - start
        rate = images / elapsed
    return rate


def run_torchvision(paths, seconds):
    decode, resize, rest = torchvision_stages()
    decoded = [decode(path) for path in paths]
    resized = [resize(image) for image in decoded]
    print(
        json.dumps(
            {
                "decode": images_per_s(seconds, paths, decode),
                "resize": images_per_s(seconds, decoded, resize),
                "rest": images_per_s(seconds, resized, rest),
                "resize_and_normalise": images_per_s(seconds, decoded, lambda i: rest(resize(i))),
                "whole": images_per_s(seconds, paths, lambda p: rest(resize(decode(p)))),
            }
        )
    )


def check_equal(bench, paths):
    """How many pixels differ between the two sides, and the largest difference of the inputs."""
    import torch

    decode, resize, rest = torchvision_stages()
    wanted = torch.stack([rest(resize(decode(path))) for path in paths])
    with tempfile.NamedTemporaryFile() as dump:
        subprocess.run(
            [bench, *paths, "--seconds", "0.01", "--dump", dump.name],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        got = torch.frombuffer(bytearray(dump.read()), dtype=torch.float32).reshape(wanted.shape)
    scale = torch.tensor(STD).view(1, 3, 1, 1) * 255
    levels = ((got - wanted) * scale).round().abs()
    return int((levels > 0).sum()), int(levels.max()), float((got - wanted).abs().max()), got.numel()


def run_side(command, core):
    pin = (lambda: os.sched_setaffinity(0, {core})) if core is not None else None
    done = subprocess.run(command, check=True, capture_output=True, text=True, preexec_fn=pin)
    return json.loads(done.stdout)


def ratio_interval(ours, theirs, seed):
    """Ratio of medians and its 95 % percentile bootstrap interval, resampling processes."""
    draw = random.Random(seed)
    ratios = sorted(
        statistics.median(draw.choices(ours, k=len(ours)))
        / statistics.median(draw.choices(theirs, k=len(theirs)))
        for _ in range(10000)
    )
    point = statistics.median(ours) / statistics.median(theirs)
    return point, ratios[249], ratios[9749]


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        facts = dict(
            (part.strip() for part in line.split(":", 1)) for line in file if line.count(":") >= 1
        )
    return f"{facts['model name']} (family {facts['cpu family']}, model {facts['model']})"


def report(args, results, equal):
    import PIL
    import torchvision
    from PIL import features

    different, levels, largest, total = equal
    stages = (
        ("decode", "decode"),
        ("resize_and_normalise", "resize, crop, normalise"),
        ("whole", "whole: file to input tensor"),
    )
    print("# Preprocessing: Yardstick against torchvision on Pillow\n")
    print(f"Images decoded and preprocessed to 224 px per second on one core of {cpu_model()},")
    print(f"{len(args.photos)} photographs ({', '.join(os.path.basename(p) for p in args.photos)}).\n")
    print("| stage | Yardstick, images/s | torchvision + Pillow, images/s | ratio | 95 % interval |")
    print("|---|---|---|---|---|")
    for key, name in stages:
        ours = [r[key] for r in results["ours"]]
        theirs = [r[key] for r in results["theirs"]]
        point, low, high = ratio_interval(ours, theirs, args.seed)
        print(
            f"| {name} | {statistics.median(ours):.1f} | {statistics.median(theirs):.1f} "
            f"| {point:.2f} | {low:.2f} to {high:.2f} |"
        )
    means = ", ".join(
        f"{name} {1000 / statistics.median(r[name] for r in results['theirs']):.2f} ms"
        for name in ("decode", "resize", "rest")
    )
    print(f"\n- Pixels: {different} of {total} values differ (largest {levels} levels of 255);")
    print(f"  largest difference of the normalised inputs {largest:.1e}.")
    print(f"- torchvision + Pillow by stage: {means} an image.")
    print(f"- Yardstick's kernels: {results['ours'][0]['kernels']}. Pillow {PIL.__version__} with")
    print(f"  libjpeg-turbo {features.version('libjpeg_turbo')}, torchvision {torchvision.__version__}.")
    print(f"- {args.processes} fresh processes a side in random order (seed {args.seed}), all pinned to one")
    print(f"  core; each stage timed for {args.seconds:g} s of processor time after a warm-up; medians over")
    print("  processes, interval by bootstrap over processes. Both sides read the file again each time.")
    print(f"- Load average before the run: {results['load']:.2f}.")
    print("\n```\nscripts/compare_preprocessing.py --bench build/release/bin/yardstick_preprocess_bench \\")
    print(f"  --processes {args.processes} --seconds {args.seconds:g} PHOTO...\n```")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photos", nargs="+", help="image files")
    parser.add_argument("--bench", help="the built yardstick_preprocess_bench")
    parser.add_argument("--seconds", type=float, default=2.0, help="per stage and process")
    parser.add_argument("--processes", type=int, default=9, help="per side")
    parser.add_argument("--core", type=int, help="core to pin both sides to (default: the last)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--torchvision-side", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.torchvision_side:
        run_torchvision(args.photos, args.seconds)
        return
    if not args.bench:
        parser.error("--bench names the built yardstick_preprocess_bench")

    core = args.core if args.core is not None else max(os.sched_getaffinity(0))
    seconds = ["--seconds", str(args.seconds)]
    sides = {
        "ours": [args.bench, *args.photos, *seconds],
        "theirs": [sys.executable, __file__, "--torchvision-side", *args.photos, *seconds],
    }
    equal = check_equal(args.bench, args.photos)
    results = {"ours": [], "theirs": [], "load": os.getloadavg()[0]}
    order = random.Random(args.seed)
    for number in range(args.processes):
        for side in order.sample(sorted(sides), k=2):
            results[side].append(run_side(sides[side], core))
        print(f"pair {number + 1} of {args.processes}", file=sys.stderr)
    report(args, results, equal)


if __name__ == "__main__":
    main()
