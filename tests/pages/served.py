"""Settings of the web process that serves these tests: as other tests are served, and pages that fail as pages may."""
from tests.served import *  # noqa: F403

ROOT_URLCONF = "tests.pages.addresses"
TOTP_ROLES = ["QI"]  # must set up one-time codes when they sign in
