import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
os.environ.setdefault("HOTLINE_PROCESS", "web")  # gives statements their time limit

from django.core.wsgi import get_wsgi_application  # noqa: E402

from hotline.patience import limited  # noqa: E402

application = limited(get_wsgi_application())
