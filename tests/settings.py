"""The product's own settings, on servers of the tests. Imported before anything else of Django is."""
from tests.servers import prepare

prepare()

from hotline.settings import *  # noqa: E402,F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hundreds of log-ins; argon2 has its own test
