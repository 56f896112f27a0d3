"""Puts a state dict that Yardstick wrote into training checkpoints of all kinds, as scripts in Python do.

    wrap_checkpoint.py STATE.pth FOLDER

Opening STATE.pth with weights_only=True is part of the test.
"""

import argparse
import collections
import pathlib
import sys

import torch


def main() -> None:
    state = torch.load(sys.argv[1], weights_only=True)
    folder = pathlib.Path(sys.argv[2])
    parameter = torch.nn.Parameter(next(iter(state.values())).clone())
    optimizer = torch.optim.AdamW([parameter])
    parameter.sum().backward()
    optimizer.step()
    whole = {
        "model": collections.OrderedDict(state),
        "optimizer": optimizer.state_dict(),
        "epoch": 3,
        "args": argparse.Namespace(model="vit_test", lr=0.5, device="cpu"),
        "scaler": {"scale": 65536.0, "growth_tracker": 1},
    }
    torch.save(whole, folder / "zip.pth")
    torch.save(whole, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    wrapped = {"module." + name: tensor for name, tensor in state.items()}
    torch.save({"model_state": wrapped, "epoch": 3}, folder / "wrapped.pth")
    average = {name: tensor + 1 if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    torch.save({**whole, "model_ema": average}, folder / "ema.pth")
    print(len(state))


if __name__ == "__main__":
    main()
