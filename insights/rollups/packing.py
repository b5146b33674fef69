"""Durations of an hour as they are kept: microseconds, eight bytes each, the shortest first."""
import numpy as np

MICROSECONDS = np.dtype("<i8")


def packed(times):
    """Bytes of integers; the same for the same times in any order."""
    return np.sort(np.array(times, MICROSECONDS)).tobytes()


def unpacked(*kept):
    """One array of all of them."""
    return np.frombuffer(b"".join(kept), MICROSECONDS)
