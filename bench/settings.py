"""The product's settings without its middleware and addresses, for the bare endpoint."""
from hotline.settings import *  # noqa: F403

MIDDLEWARE: list[str] = []
ROOT_URLCONF = "bench.bare"
