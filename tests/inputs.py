"""How many generated inputs a test tries: `make test` a fifth, HOTLINE_INPUTS=whole (`make inputs`) all of them."""
import os


def of(count):
    return count if os.environ.get("HOTLINE_INPUTS") == "whole" else count // 5
