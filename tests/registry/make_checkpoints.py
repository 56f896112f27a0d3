"""Writes checkpoints as Python's PyTorch does, for checkpoint_test.cpp. Usage: make_checkpoints.py FOLDER"""

import argparse
import collections
import pathlib
import struct
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from numpy_scalars import pretend, scalar  # noqa: E402


def contents():
    base = torch.arange(12, dtype=torch.float32)
    state = collections.OrderedDict()
    state["plain"] = base.view(3, 4)
    state["transposed"] = base.view(3, 4).t()
    state["tail"] = base[5:]
    state["parameter"] = torch.nn.Parameter(torch.full((2,), 0.25))
    for dtype in (
        *("float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"),
        *("complex128", "complex64", "complex32"),
    ):
        state[dtype] = torch.tensor([1, 2, 3]).to(getattr(torch, dtype))
    for dtype in ("float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu"):
        state[dtype] = torch.tensor([1.0, 2.0, 4.0]).to(getattr(torch, dtype))
    state["expanded"] = torch.full((1,), 3.0).expand(5)
    state["bool"] = torch.tensor([True, False])
    state["scalar"] = torch.tensor(7)
    state["empty"] = torch.empty(0, 5)
    return {
        "model": state,
        "epoch": 299,
        "lr": 0.5,
        "args": argparse.Namespace(model="vit_base", size=torch.Size([2, 3]), amp=True, resume=None),
        "names": ["a", ("b", 2)],
        "seen": {3},
        "dtype": torch.float32,
        "device": torch.device("cpu"),
        "big": -(2**40),
        "blob": b"\x00\xff\x80",
    }


class Forbidden:
    def __reduce__(self):
        return (print, ("this must never be printed",))


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    data = contents()
    torch.save(data, folder / "zip.pt")
    torch.save(data, folder / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(torch.nn.Linear(3, 2).state_dict(), folder / "linear.pt")
    torch.save({"model": {"w": torch.ones(1)}, "evil": Forbidden()}, folder / "evil.pt")
    torch.save({"w": torch.ones(2, dtype=torch.complex64).conj()}, folder / "conjugated.pt")
    cycle = [torch.ones(1)]
    cycle.append(cycle)
    torch.save(cycle, folder / "cycle.pt")
    pretend()
    scalars = {
        "best": scalar("f8", struct.pack("<d", 0.5)),
        "step": scalar("i8", struct.pack("<q", 9)),
        "half": scalar("f2", struct.pack("<e", -1.5)),
        "flag": scalar("b1", b"\x01"),
    }
    torch.save(scalars, folder / "numpy.pt")


if __name__ == "__main__":
    main()
