"""The one password of all demo log-ins."""
from django.conf import settings

from accounts.passwords import random_password
from hotline.home import Home


def demo_password():
    """HOTLINE_DEMO_PASSWORD, or one made on first use and kept in the data folder."""
    return settings.HOTLINE_DEMO_PASSWORD or Home(settings.HOTLINE_DATA).secret("demo_password", random_password)
