"""A message as numbers: pieces of letters and words of its title and its text, each as a place in a long row.

A place is a hash, so that no list of words has to be kept, and letters are hashed as arrays: a message of 2,000 letters takes
a few milliseconds without any list in Python. What a matter is stands at its beginning, so that the title and the first
letters count again beside the whole.
"""
import re
import unicodedata
import zlib
from dataclasses import dataclass

import numpy as np

BITS = 22
PLACES = 1 << BITS  # of each space: two pieces seldom fall together
TITLE, HEAD = 60, 200  # letters
LONGEST = 4000  # letters of a text that are read
SALUTATION = re.compile(r"^(尊敬的.{0,15}?[:,。!]|.{0,10}您?好[:,。!])+")
ODD = np.uint64(0x9E3779B97F4A7C15)  # multiplying by it spreads neighbours over the whole row
SHIFT = np.uint64(64 - BITS)


@dataclass(frozen=True)
class Space:
    """One way to read a message, with its weight among the others."""

    part: str  # title, head or all
    of_words: bool
    share: float  # of all spaces together, in how much two messages are alike
    longest: int  # pieces of so many letters or words, and all shorter ones

    @property
    def weight(self):
        """How long a message is in this space; in all of them together it is one."""
        return (self.share / sum(space.share for space in SPACES)) ** 0.5


SPACES = (
    Space("title", of_words=False, share=0.5, longest=3),
    Space("title", of_words=True, share=0.25, longest=2),
    Space("head", of_words=False, share=0.4, longest=3),
    Space("all", of_words=False, share=1.0, longest=3),
    Space("all", of_words=True, share=1.0, longest=2),
)


def folded(text):
    """Full-width and half-width signs and capitals are the same; spaces say nothing in Chinese."""
    whole = text[:2 * LONGEST].encode("utf-8", "replace").decode()  # half of a letter is none
    return "".join(unicodedata.normalize("NFKC", whole).lower().split())[:LONGEST]


def places_of(topic, detail):
    """[(places, 1 + log of how often)] for each of SPACES."""
    title, text = folded(topic)[:TITLE], SALUTATION.sub("", folded(detail))
    whole = f"{title}。{text}" if title else text
    read = {"title": title, "head": f"{title}。{text[:HEAD]}" if title else text[:HEAD], "all": whole}
    return [pieces(codes_of(read[space.part], space.of_words), space.longest) for space in SPACES]


def codes_of(text, of_words):
    if not of_words:
        return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    import rjieba  # reads its dictionary when it is first used: not when a server starts

    return np.fromiter((zlib.crc32(word.encode()) for word in rjieba.cut(text)), dtype=np.uint64)


def pieces(codes, longest):
    """All pieces of neighbouring codes as (places, weights), each place once."""
    found, running = [], np.zeros(len(codes), dtype=np.uint64)
    for length in range(1, min(longest, len(codes)) + 1):
        end = len(codes) - length + 1
        running = (running[:end] + codes[length - 1:length - 1 + end] + np.uint64(length)) * ODD
        running ^= running >> np.uint64(29)
        found.append(((running * ODD) >> SHIFT).astype(np.int64))
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    places, often = np.unique(np.concatenate(found), return_counts=True)
    return places, (1 + np.log(often)).astype(np.float32)
