#!/bin/sh
# What the image is finished with: texts compiled, static files collected under hashed names. The settings refuse to
# start without secrets, so it gets ones that die with this process and touches no server.
set -eu
random() { python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(48)).decode())'; }
export DATABASE_URL="postgres://build:$(random)@127.0.0.1:1/none" REDIS_URL="redis://:$(random)@127.0.0.1:1/0"
export HOTLINE_SECRET_KEY="$(random)" HOTLINE_HASH_KEY="$(random)" HOTLINE_HOSTS=build.invalid
export HOTLINE_FIELD_KEYS="k1:$(python -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())')"
python -m hotline.catalogues
python manage.py collectstatic --noinput --verbosity 0
