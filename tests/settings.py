"""The product's own settings, on servers of the tests. Imported before anything else of Django is."""
import os

from tests.servers import prepare

prepare()

from hotline.settings import *  # noqa: E402,F403
from hotline.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hundreds of log-ins; argon2 has its own test
if not os.environ.get("DATABASE_URL"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": DATABASES["default"]["NAME"]}  # migrated by tests/servers.py
