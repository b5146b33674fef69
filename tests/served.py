"""Settings of a web process of the tests: those of `make run`, on the database of the tests."""
import os

from hotline.settings import *  # noqa: F403
from hotline.settings import DATABASES, TEMPLATES

DATABASES["default"]["NAME"] = os.environ["SERVED_DATABASE"]
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "UNDEFINED"  # a forgotten variable is raw English on the page
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # as the rows were written
