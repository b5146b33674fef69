import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
os.environ.setdefault("HOTLINE_PROCESS", "web")  # gives statements their time limit

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from hotline.garbage import spare_what_is_loaded  # noqa: E402
from hotline.patience import limited  # noqa: E402

application = limited(get_wsgi_application())

get_resolver().url_patterns  # noqa: B018  (imports the pages)
spare_what_is_loaded()
