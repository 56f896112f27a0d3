#!/usr/bin/env python3
"""Writes the seed corpus of the checkpoint parsers. Needs PyTorch.

    make_seeds.py tests/fuzz/seeds

Files named bad_* must be refused, all others read.
"""

import argparse
import collections
import io
import json
import pathlib
import pickle
import struct
import sys
import zipfile

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from numpy_scalars import pretend, scalar  # noqa: E402


def state_dict():
    base = torch.arange(6, dtype=torch.float32)
    return collections.OrderedDict(
        weight=base.view(2, 3),
        transposed=base.view(2, 3).t(),
        half=torch.nn.Parameter(torch.ones(2, dtype=torch.bfloat16)),
        eighth=torch.ones(2).to(torch.float8_e4m3fn),
        step=torch.tensor(7),
        empty=torch.empty(0, 2),
    )


def metadata():
    return {
        "epoch": 3,
        "args": argparse.Namespace(lr=0.5, name="vit", size=torch.Size([2, 3]), amp=True, none=None),
        "names": ["a", ("b", -(2**40), 2**70)],
        "seen": {3},
        "frozen": frozenset([1.5]),
        "blob": b"\x00\xff",
        "best": scalar("f8", struct.pack("<d", 0.5)),
        "flag": scalar("b1", b"\x01"),
        "dtype": torch.float16,
    }


def saved(data, **options):
    out = io.BytesIO()
    torch.save(data, out, **options)
    return out.getvalue()


def member(archive, ending):
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return next(file.read(name) for name in file.namelist() if name.endswith(ending))


def rezipped(archive, compression):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(out, "w", compression) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return out.getvalue()


def safetensors(header, data):
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


class Forbidden:
    def __reduce__(self):
        return (print, ("this must never be printed",))


def cyclic():
    cycle = [1]
    cycle.append({"again": cycle})
    return cycle


def doubled(levels):
    """A list that is 2**levels long once it is written out."""
    value = ["ha"]
    for _ in range(levels):
        value = [value, value]
    return value


def nested(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


def seeds():
    whole = {"model": state_dict(), **metadata()}
    archive = saved(whole)
    yield "whole.zip.pt", archive
    yield "whole.legacy.pt", saved(whole, _use_new_zipfile_serialization=False)
    yield "state.zip.pt", saved(collections.OrderedDict(w=torch.ones(2), b=torch.zeros(1)))
    yield "stored.zip.pt", rezipped(saved({"w": torch.ones(2)}), zipfile.ZIP_STORED)
    yield "tensors.pkl", member(saved({"model": state_dict()}), "/data.pkl")
    plain = {key: value for key, value in metadata().items() if key not in ("args", "dtype")}
    for protocol in (2, 4, 5):
        yield f"plain{protocol}.pkl", pickle.dumps(plain, protocol)
    yield "protocol0.pkl", pickle.dumps({"a": [1, 2.5, None, True, (3,)]}, 0)
    tensors = {
        "__metadata__": {"format": "pt"},
        "a": entry("F32", [2, 1], 0, 8),
        "b.half": entry("BF16", [2], 8, 12),
        "c.empty": entry("I64", [0, 3], 12, 12),
    }
    yield "three.safetensors", safetensors(tensors, bytes(12))
    yield "none.safetensors", safetensors({}, b"")
    yield "index.json", json.dumps(
        {"metadata": {"total_size": 8}, "weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}
    ).encode()
    yield "bad_compressed.zip.pt", rezipped(saved({"w": torch.zeros(4096)}), zipfile.ZIP_DEFLATED)
    yield "bad_truncated.zip.pt", archive[: len(archive) // 2]
    yield "bad_global.pkl", pickle.dumps({"evil": Forbidden()}, 2)
    yield "bad_cycle.pkl", pickle.dumps(cyclic(), 2)
    yield "bad_doubled.pkl", pickle.dumps(doubled(30), 4)
    yield "bad_nested.pkl", pickle.dumps(nested(100), 2)
    overlap = {"a": entry("F32", [2], 0, 8), "b": entry("F32", [1], 4, 8)}
    yield "bad_overlap.safetensors", safetensors(overlap, bytes(8))
    yield "bad_folder.json", json.dumps({"weight_map": {"a": "../1.safetensors"}}).encode()


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    pretend()
    for name, content in seeds():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
