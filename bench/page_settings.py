"""The product's settings, with a bare page beside its own and a count of queries in every answer."""
from hotline.settings import *  # noqa: F403
from hotline.settings import BASE_DIR, MIDDLEWARE, STATICFILES_DIRS

MIDDLEWARE = ["bench.counting.CountingMiddleware", *MIDDLEWARE]
STATICFILES_DIRS = [*STATICFILES_DIRS, BASE_DIR / "bench" / "static"]
