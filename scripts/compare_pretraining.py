#!/usr/bin/env python3
"""Measures what masked pre-training gives on the digits: fine-tuning from it against random weights.

    compare_pretraining.py --yardstick build/release/bin/yardstick [--families vit hiera] > table.md

For each family one pre-training on the digits without their labels, then for each seed a fine-tuning
from it and a training from random weights, both on the same few labelled digits. Everything is kept
under --output; called again after an interruption, it goes on where it was, so other settings take
another folder. Prints one Markdown table a family.
"""

import argparse
import json
import os
import subprocess
import sys

RECIPES = {
    "vit": ("digits_mae_pretrain.json", "digits_mae_finetune.json", "digits_vit.json"),
    "hiera": ("digits_hiera_mae_pretrain.json", "digits_hiera_mae_finetune.json", "digits_hiera.json"),
}


def train(args, recipe, output, more):
    """The record of a run, made now or by an earlier call."""
    record_path = os.path.join(output, "record.json")
    if os.path.exists(record_path):
        with open(record_path, encoding="utf-8") as file:
            return json.load(file)
    command = [
        args.yardstick, "train", "--config", os.path.join(args.recipes, recipe),
        "--output", output, "--threads", str(args.threads), "--resume", "--json",
        "--db", os.path.join(args.output, "results.db"), *more,
    ]
    print(" ".join(command), file=sys.stderr)
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if finished.returncode != 0:
        sys.exit(f"{output}: yardstick ended with exit code {finished.returncode}")
    record = json.loads(finished.stdout)["runs"][0]
    with open(record_path + ".part", "w", encoding="utf-8") as file:
        json.dump(record, file)
    os.replace(record_path + ".part", record_path)
    return record


def measurement(record, tag):
    return next(m for m in record["measurements"] if m["tag"] == tag)


def percent(top1):
    return f"{100 * top1['value']:.1f} % [{100 * top1['low']:.1f}, {100 * top1['high']:.1f}]"


def compare(family, args):
    """The family's table, and the seconds that its pre-training took."""
    pretrain, finetune, scratch = RECIPES[family]
    folder = os.path.join(args.output, family)
    pretrained = train(args, pretrain, os.path.join(folder, "pretrained"), [])
    weights = os.path.join(folder, "pretrained", "model.safetensors")
    lines = ["| seed | from random weights | pre-trained |", "| --- | ---: | ---: |"]
    sums = [0.0, 0.0]
    for seed in args.seeds:
        labels = [
            "--samples-per-class", str(args.samples_per_class), "--subset-seed", str(seed),
            "--seed", str(seed), "--epochs", str(args.epochs),
        ]
        records = (
            train(args, scratch, os.path.join(folder, f"random{seed}"), labels),
            train(args, finetune, os.path.join(folder, f"finetuned{seed}"),
                  ["--weights", weights, "--reset-head", *labels]),
        )
        top1 = [measurement(record, "accuracy/top1") for record in records]
        sums = [total + one["value"] for total, one in zip(sums, top1)]
        lines.append(f"| {seed} | {percent(top1[0])} | {percent(top1[1])} |")
    means = [100 * total / len(args.seeds) for total in sums]
    lines.append(f"| mean | {means[0]:.1f} % | {means[1]:.1f} % |")
    return "\n".join(lines), measurement(pretrained, "time/train")["value"]


def main():
    source = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--yardstick", default="yardstick")
    parser.add_argument("--recipes", default=os.path.join(source, "configs", "recipes"))
    parser.add_argument("--families", nargs="+", choices=sorted(RECIPES), default=sorted(RECIPES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--samples-per-class", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=40, help="of both trainings with labels")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", default=os.path.join("runs", "pretraining"))
    args = parser.parse_args()
    os.makedirs(args.output, exist_ok=True)
    for family in args.families:
        table, seconds = compare(family, args)
        print(f"{family}, pre-training took {seconds / 60:.1f} min\n")
        print(table + "\n", flush=True)


if __name__ == "__main__":
    main()
