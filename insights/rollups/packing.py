"""Durations and rounds of an hour as they are kept: eight bytes each, the least first."""
import numpy as np

NUMBER = np.dtype("<i8")


def packed(numbers):
    """Bytes of integers; the same for the same ones in any order."""
    return np.sort(np.array(numbers, NUMBER)).tobytes()


def unpacked(*kept):
    """One array of all of them."""
    return np.frombuffer(b"".join(kept), NUMBER)
