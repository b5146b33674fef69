"""The ground: settings, data folder, health pages, headers, static files, catalogues."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import OperationalError
from django.test import RequestFactory, override_settings

from hotline import demands, health, outage
from hotline.catalogues import compile_all
from hotline.home import Home, HomeError, free_port, port_is_free
from hotline.proxy import TrustedProxyMiddleware
from tests.production import GOOD, ROOT, python, with_environment

# --- settings ----------------------------------------------------------------------------------------------------

def test_production_starts_with_good_secrets_and_django_has_no_complaints():
    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", environment=GOOD)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(("name", "value"), [
    ("HOTLINE_SECRET_KEY", ""),
    ("HOTLINE_SECRET_KEY", "short"),
    ("HOTLINE_SECRET_KEY", "django-insecure-" + "a" * 60),
    ("HOTLINE_SECRET_KEY", "change-me-" + GOOD["HOTLINE_SECRET_KEY"]),
    ("HOTLINE_HASH_KEY", ""),
    ("HOTLINE_HASH_KEY", "0" * 64),
    ("HOTLINE_HASH_KEY", GOOD["HOTLINE_SECRET_KEY"]),
    ("HOTLINE_FIELD_KEYS", ""),
    ("HOTLINE_FIELD_KEYS", "k1:bm90IDMyIGJ5dGVz"),
    ("HOTLINE_FIELD_KEYS", "k1:" + "A" * 43 + "="),
    ("HOTLINE_FIELD_KEYS", GOOD["HOTLINE_FIELD_KEYS"] + "," + GOOD["HOTLINE_FIELD_KEYS"]),
    ("HOTLINE_HOSTS", ""),
    ("HOTLINE_HOSTS", "*"),
    ("REDIS_URL", ""),
    ("REDIS_URL", "redis://valkey:6379/0"),
    ("DATABASE_URL", "postgres://hotline@postgres/hotline"),
    ("DATABASE_URL", "sqlite:///x.sqlite3"),
    ("HOTLINE_DEMO", "1"),
])
def test_production_refuses_what_is_missing_or_weak_with_one_sentence(name, value):
    done = python("-c", "import hotline.settings", environment=GOOD | {name: value})

    assert done.returncode == 1
    assert done.stderr.startswith("Settings: ")
    assert name in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text(GOOD["HOTLINE_SECRET_KEY"])
    environment = {name: value for name, value in GOOD.items() if name != "HOTLINE_SECRET_KEY"}

    done = python("-c", "from hotline.settings import SECRET_KEY; print(SECRET_KEY)",
                  environment=environment | {"HOTLINE_SECRET_KEY_FILE": str(tmp_path / "key")})

    assert done.stdout.strip() == GOOD["HOTLINE_SECRET_KEY"]


def test_only_requests_have_a_time_limit_for_statements():
    code = "from hotline.settings import DATABASES; print(DATABASES['default']['OPTIONS']['options'])"

    web = python("-c", code, environment=GOOD | {"HOTLINE_PROCESS": "web"}).stdout
    command = python("-c", code, environment=GOOD).stdout

    assert "statement_timeout=5000 " in web
    assert "statement_timeout=0 " in command


def test_production_cookies_cannot_be_set_by_a_neighbouring_site():
    code = "from hotline.settings import *; print(SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, SESSION_COOKIE_SECURE, DEBUG)"

    assert python("-c", code, environment=GOOD).stdout.split() == ["__Host-session", "__Host-csrf", "True", "False"]


def test_passwords_are_kept_with_argon2_and_the_demo_is_off_in_production():
    code = "from hotline.settings import *; print(PASSWORD_HASHERS[0], HOTLINE_DEMO, HOTLINE_PROXIES)"

    hasher, demo, proxies = python("-c", code, environment=GOOD).stdout.split()

    assert hasher.endswith("Argon2PasswordHasher")
    assert (demo, proxies) == ("False", "1")


def test_the_first_field_key_is_the_active_one():
    new, old = GOOD["HOTLINE_FIELD_KEYS"].partition(":")[2], GOOD["HOTLINE_FIELD_KEYS"].partition(":")[2]

    assert list(demands.field_keys(f"k2:{new}, k1:{old}")) == ["k2", "k1"]


def test_rules_of_clusters_are_pairs_of_numbers():
    assert demands.pairs("N", ["60:4", "1440:5"]) == ((60, 4), (1440, 5))
    for wrong in ([], ["60"], ["60:x"], ["60:4:1"], ["0:4"], ["60:1"]):
        with pytest.raises(demands.Refused):
            demands.pairs("N", wrong)


# --- the data folder ---------------------------------------------------------------------------------------------

def test_secrets_are_made_once_and_readable_by_their_owner_only(tmp_path):
    first, again = Home(tmp_path).secret("secret_key"), Home(tmp_path).secret("secret_key")

    assert first == again
    assert len(first) > 40
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_port_is_remembered_and_another_one_is_taken_on_demand(tmp_path):
    home = Home(tmp_path)

    assert home.port("postgres") == Home(tmp_path).port("postgres")
    assert home.new_port("postgres") == home.port("postgres")
    assert port_is_free(free_port())


def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(HomeError, match="HOTLINE_DATA"):
        Home(tmp_path / "file" / "below")


def test_a_damaged_secrets_file_is_a_sentence_and_is_not_overwritten(tmp_path):
    (tmp_path / "secrets.json").write_text("{")

    with pytest.raises(HomeError, match="damaged"):
        Home(tmp_path).secret("secret_key")

    assert (tmp_path / "secrets.json").read_text() == "{"


# --- health ------------------------------------------------------------------------------------------------------

def test_liveness_asks_nobody(client, django_assert_num_queries):
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "alive"}


def test_a_server_that_works_is_ready(client, db):
    from accounts.instant import database_now
    from dispatch.models import Heartbeat
    Heartbeat.objects.update_or_create(name="sweep", defaults={"last_ok": database_now()})

    response = client.get("/readyz")

    assert response.status_code == 200, response.content
    assert response.json()["status"] == "ready"
    assert response.json()["queue"]["status"] == "up"


def test_a_sweep_that_has_not_looked_for_minutes_is_not_ready(client, db):
    from datetime import timedelta

    from accounts.instant import database_now
    from dispatch.models import Heartbeat
    Heartbeat.objects.update_or_create(name="sweep", defaults={"last_ok": database_now() - timedelta(minutes=3)})

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["sweep"]["status"] == "late"


def test_without_the_queue_it_is_degraded_but_ready(client, db):
    with override_settings(CELERY_BROKER_URL=f"redis://:x@127.0.0.1:{free_port()}/0"):
        response = client.get("/readyz")

    assert response.status_code == 200
    assert (response.json()["status"], response.json()["queue"]["status"]) == ("degraded", "down")


def test_the_ping_of_a_queue_that_does_not_answer_takes_seconds_not_minutes():
    import socket
    import time
    with socket.socket() as silent:  # accepts, says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        begun = time.monotonic()
        with override_settings(CELERY_BROKER_URL=f"redis://:x@127.0.0.1:{silent.getsockname()[1]}/0"):
            assert health.queue() == {"status": "down"}
        assert time.monotonic() - begun < 6


# --- outages and mistakes ----------------------------------------------------------------------------------------

def fail_with(error, path="/"):
    try:
        raise error
    except type(error):
        return outage.failed(RequestFactory().get(path))


def test_a_lost_database_is_503_in_both_languages():
    response = fail_with(OperationalError("server closed the connection unexpectedly: host=10.0.0.5"))

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert "暂时不可用" in response.content.decode()
    assert "Temporarily unavailable" in response.content.decode()
    assert "10.0.0.5" not in response.content.decode()


def test_the_api_says_it_as_problem_json():
    response = fail_with(OperationalError("gone"), "/api/v1/tickets/")

    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["status"] == 503


def test_any_other_mistake_is_500_and_tells_nothing_about_the_inside():
    response = fail_with(KeyError("secret_column"))

    assert response.status_code == 500
    assert "secret_column" not in response.content.decode()


# --- headers, proxies, static files ------------------------------------------------------------------------------

def test_every_answer_carries_the_safety_headers(client):
    for path in ("/healthz", "/no-such-page", "/static/vendor/tabler.min.css"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert "script-src 'self';" in headers["Content-Security-Policy"] + ";", path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert headers["Referrer-Policy"] == "same-origin", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", path
        assert "camera=()" in headers["Permissions-Policy"], path


def test_pages_stay_out_of_caches_and_static_files_do_not(client):
    assert client.get("/healthz").headers["Cache-Control"] == "no-store"
    assert "max-age" in client.get("/static/vendor/tabler.min.css").headers["Cache-Control"]


@pytest.mark.parametrize(("proxies", "forwarded", "seen"), [
    (0, "6.6.6.6", "10.0.0.1"),
    (1, "203.0.113.9", "203.0.113.9"),
    (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
    (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
    (2, "203.0.113.9", "10.0.0.1"),
    (1, "not an address", "10.0.0.1"),
    (1, "", "10.0.0.1"),
    (1, "2001:db8::1", "2001:db8::1"),
])
def test_the_callers_address_is_the_one_our_own_proxy_saw(proxies, forwarded, seen):
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)

    with override_settings(HOTLINE_PROXIES=proxies):
        TrustedProxyMiddleware(lambda request: None)(request)

    assert request.META["REMOTE_ADDR"] == seen


def test_named_files_of_node_modules_are_served_and_nothing_else():
    assert finders.find("vendor/tabler.min.css")
    assert finders.find("@tabler/core/package.json") is None


def test_static_files_can_be_collected_for_production(tmp_path):
    done = subprocess.run(["sh", "deploy/build.sh"], cwd=ROOT, capture_output=True, text=True, env=with_environment({
        "HOTLINE_STATIC_ROOT": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}))

    assert done.returncode == 0, done.stderr
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert set(settings.NODE_ASSETS) <= set(names)


# --- texts and migrations ----------------------------------------------------------------------------------------

def test_catalogues_compile_without_gettext(tmp_path):
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
                                      'msgid "Dispatch"\nmsgstr "派单"\n')

    assert compile_all(tmp_path) == [folder / "django.mo"]
    assert "派单".encode() in (folder / "django.mo").read_bytes()
    assert compile_all(tmp_path) == []


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_queue_only_nudges():
    transport = settings.CELERY_BROKER_TRANSPORT_OPTIONS

    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_RESULT_BACKEND is None
    assert settings.CELERY_BEAT_MAX_LOOP_INTERVAL == 5
    assert transport["visibility_timeout"] >= 4 * settings.CELERY_TASK_TIME_LIMIT
    assert transport["socket_timeout"] == transport["socket_connect_timeout"] == 2
    assert {"sweep", "relay"} <= set(settings.CELERY_BEAT_SCHEDULE)
