"""The first letters of Chinese words: 派单台 is found as "pdt", without an input method in between.

The characters of everyday Chinese stand in GB 2312 in the order of their pinyin, so that the first character of each
letter is all one has to know. Characters read in two ways are found under the usual one.
"""
from bisect import bisect_right

FIRST = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
LETTERS = "abcdefghjklmnopqrstwxyz"
LAST = "座".encode("gb2312")
BORDERS = [char.encode("gb2312") for char in FIRST]


def initial(char):
    try:
        code = char.encode("gb2312")
    except UnicodeEncodeError:
        return ""
    if len(code) == 1:
        return char.lower() if char.isalnum() else ""
    return LETTERS[bisect_right(BORDERS, code) - 1] if BORDERS[0] <= code <= LAST else ""


def initials(text):
    return "".join(initial(char) for char in text)
