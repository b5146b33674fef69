"""Settings of the web process that serves these tests: the product's own, on the database of the tests."""
import os

from hotline.settings import *  # noqa: F403
from hotline.settings import DATABASES, TEMPLATES

DATABASES["default"]["NAME"] = os.environ["SERVED_DATABASE"]
ROOT_URLCONF = "tests.pages.addresses"
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "UNDEFINED"  # a forgotten variable is raw English on the page
TOTP_ROLES = ["QI"]  # must set up one-time codes when they sign in
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # as the rows were written
