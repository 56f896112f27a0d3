"""Objects that pickle exactly as numpy's scalars do, for Pythons without numpy.

    scalar("f8", struct.pack("<d", 0.5)) pickles as numpy.float64(0.5)
"""

import sys
import types


class dtype:  # noqa: N801, the name is pickled
    def __init__(self, code, align=False, copy=True):
        self.arguments = (code, align, copy)

    def __reduce__(self):
        return dtype, self.arguments, (3, "|" if self.arguments[0] == "b1" else "<", None, None, None, -1, -1, 0)

    def __setstate__(self, state):
        pass


def scalar(kind, value):
    return Scalar(kind if isinstance(kind, dtype) else dtype(kind), value)


class Scalar:
    def __init__(self, kind, value):
        self.arguments = (kind, value)

    def __reduce__(self):
        return scalar, self.arguments


def pretend() -> None:
    """Puts the two names where pickle will look for them. Call it after importing torch."""
    dtype.__module__ = "numpy"
    scalar.__module__ = "numpy.core.multiarray"
    for name in ("numpy", "numpy.core", "numpy.core.multiarray"):
        sys.modules.setdefault(name, types.ModuleType(name))
    sys.modules["numpy"].dtype = dtype
    sys.modules["numpy.core.multiarray"].scalar = scalar
