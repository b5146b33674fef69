"""The environment is read here, once. Whatever is missing or weak stops the program with a sentence.

Without DATABASE_URL the product runs on its embedded servers, with secrets it made itself (the demo and the
development mode). With DATABASE_URL it is in production, unless HOTLINE_DEBUG says otherwise, and invents nothing.
"""
import os
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from hotline import demands
from hotline.home import Home

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()  # NAME_FILE names a file that holds the value of NAME

EMBEDDED = not env.str("DATABASE_URL", default="")
DEBUG = env.bool("HOTLINE_DEBUG", default=False)
PRODUCTION = not EMBEDDED and not DEBUG
HOTLINE_DEMO = env.bool("HOTLINE_DEMO", default=EMBEDDED)
HOTLINE_DEMO_PASSWORD = env.str("HOTLINE_DEMO_PASSWORD", default="")  # empty: one is made and kept in HOTLINE_DATA
PROCESS = env.str("HOTLINE_PROCESS", default="command")  # web, worker, beat or command

# --- secrets -----------------------------------------------------------------------------------------------------
if PRODUCTION:
    HOTLINE_DATA = Path(env.str("HOTLINE_DATA", default="/var/lib/hotline"))
    SECRET_KEY = env.str("HOTLINE_SECRET_KEY", default="")
    HASH_KEY = env.str("HOTLINE_HASH_KEY", default="")
    _field_keys = env.str("HOTLINE_FIELD_KEYS", default="")
    _database_url, _redis_url = env.str("DATABASE_URL"), env.str("REDIS_URL", default="")
else:
    _home = Home()
    HOTLINE_DATA = _home.path
    SECRET_KEY = env.str("HOTLINE_SECRET_KEY", default="") or _home.secret("secret_key")
    HASH_KEY = env.str("HOTLINE_HASH_KEY", default="") or _home.secret("hash_key")
    _field_keys = env.str("HOTLINE_FIELD_KEYS", default="") or f"k1:{_home.secret('field_key_k1')}"
    _database_url = env.str("DATABASE_URL", default="") or _home.database_url()
    _redis_url = env.str("REDIS_URL", default="") or _home.redis_url()

_hosts = env.list("HOTLINE_HOSTS", default=[])
demands.check_secrets(SECRET_KEY, HASH_KEY, strict=PRODUCTION)
FIELD_KEYS = demands.field_keys(_field_keys)  # {id: base64 of 32 bytes}; the first one is the active one
demands.check_addresses(_database_url, _redis_url, _hosts, strict=PRODUCTION)
if PRODUCTION and HOTLINE_DEMO:
    raise demands.Refused("HOTLINE_DEMO cannot be on in production: everybody knows its log-ins.")
PUBLIC_URL = demands.public_url(env.str("HOTLINE_PUBLIC_URL", default=""), _hosts, port=env.int("HOTLINE_PORT", default=8000))
ALLOWED_HOSTS = [*_hosts, "127.0.0.1", "localhost", "[::1]"]  # the last three: health checks from the same machine

# --- applications ------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "hotline",
    "insights",
    "followup",
    "dispatch",
    "suggesting",
    "tickets",
    "knowledge",
    "notices",
    "accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",  # its templates, some of which are ours
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "pgtrigger",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "django_structlog",
]

MIDDLEWARE = [
    "hotline.request_log.RequestLogMiddleware",
    "hotline.proxy.TrustedProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "hotline.headers.SafeHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "hotline.compression.StaticFilesMiddleware",
    "hotline.compression.CompressPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.IdleLogoutMiddleware",
    "accounts.middleware.RefusalAuditMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "hotline.urls"
WSGI_APPLICATION = "hotline.wsgi.application"

TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [BASE_DIR / "templates"],
    "APP_DIRS": True,
    "OPTIONS": {
        "builtins": ["hotline.templatetags.icons"],
        "context_processors": [
            "django.template.context_processors.request",
            "django.template.context_processors.i18n",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ],
    },
}]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- database ----------------------------------------------------------------------------------------------------
# A cut by dropped packets must end in an error within 6 seconds, never in a thread that hangs (libpq's default).
# Only requests have a statement_timeout: migrations, reports and audits may take their time.
_LIMITS = {  # milliseconds: a statement, a transaction that does nothing
    "web": (5_000, 30_000), "worker": (60_000, 30_000), "beat": (5_000, 30_000), "command": (0, 600_000)}
_statement, _idle = _LIMITS.get(PROCESS, _LIMITS["command"])
DATABASES = {"default": env.db_url_config(_database_url) | {
    "ATOMIC_REQUESTS": False,
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "connect_timeout": 3,
        "keepalives": 1,
        "keepalives_idle": 3,
        "keepalives_interval": 1,
        "keepalives_count": 3,
        # An old connection is given up after this, then a new one tried: together less than 6 seconds.
        "tcp_user_timeout": 2000,
        "application_name": f"hotline-{PROCESS}",
        "options": f"-c statement_timeout={_statement} -c idle_in_transaction_session_timeout={_idle}",
    } | ({"sslmode": env.str("HOTLINE_DATABASE_SSLMODE")} if "HOTLINE_DATABASE_SSLMODE" in os.environ else {}),
}}
if DATABASES["default"].get("ENGINE") != "django.db.backends.postgresql":
    raise demands.Refused("DATABASE_URL must name a PostgreSQL database (postgres://user:password@host:port/name).")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.HotlineWordsValidator"},
]
MESSAGE_TAGS = {40: "danger"}  # Tabler's word for an error
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
IDLE_MINUTES = env.int("HOTLINE_IDLE_MINUTES", default=30)
TOTP_ROLES = env.list("HOTLINE_TOTP_ROLES", default=[])  # role codes that must give a one-time password
OTP_TOTP_ISSUER = "12345 Hotline"
TOKEN_HOURS = env.int("HOTLINE_TOKEN_HOURS", default=12)

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # together: nobody can lock a colleague out from elsewhere
AXES_RESET_ON_SUCCESS = True
AXES_IPWARE_META_PRECEDENCE_ORDER = ["REMOTE_ADDR"]  # TrustedProxyMiddleware has put the true address there

# --- sessions, cookies, headers ----------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600  # one shift; IdleLogoutMiddleware ends idle ones earlier
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
HOTLINE_PROXIES = env.int("HOTLINE_PROXIES", default=1 if PRODUCTION else 0)  # how many proxies of ours stand in front
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked for by the container engine, inside
    SECURE_HSTS_SECONDS = 365 * 86400
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HOTLINE_PROXIES else None
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in _hosts]

CONTENT_SECURITY_POLICY = {"DIRECTIVES": {
    "default-src": [SELF],
    "script-src": [SELF],
    "style-src": [SELF],
    "style-src-attr": ["'unsafe-inline'"],  # a chart positions its tooltip by a style attribute
    "img-src": [SELF, "data:"],  # Tabler's arrows and ticks are data: pictures
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}}

# --- API ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.tokens.ExpiringTokenAuthentication",  # the first one makes the answer 401 instead of 403
        "rest_framework.authentication.SessionAuthentication",  # asks for the CSRF token as pages do
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tickets.api_body.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "tickets.api_body.AlwaysJSON",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS tells nothing; the OpenAPI document does
    "DEFAULT_THROTTLE_CLASSES": ["tickets.api_limits.Reading", "tickets.api_limits.Writing"],
    "DEFAULT_THROTTLE_RATES": {"reading": env.str("HOTLINE_API_READING", default="1200/min"),
                               "writing": env.str("HOTLINE_API_WRITING", default="600/min")},
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tickets.problems.problem_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "12345 Hotline",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "tickets.api_docs.add_shapes"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# --- queue: it may only say "look at the database now" -----------------------------------------------------------
CELERY_BROKER_URL = _redis_url
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SOFT_TIME_LIMIT = 120
CELERY_TASK_TIME_LIMIT = 150
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,  # four times the longest task
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,  # with kombu's defaults a killed task comes back after 100 s, with these after 11 s
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
CELERY_TIMEZONE = "UTC"  # intervals only: no daylight saving to fall over
CELERY_ENABLE_UTC = True
CELERY_BEAT_MAX_LOOP_INTERVAL = 5  # otherwise beat stays silent for minutes after the clock was set back
CELERY_BEAT_SCHEDULE_FILENAME = str(HOTLINE_DATA / "beat.schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "dispatch.tasks.sweep", "schedule": 5.0, "options": {"expires": 4}},
    "relay": {"task": "notices.tasks.relay", "schedule": 5.0, "options": {"expires": 4}},
    "make_reports": {"task": "insights.tasks.make_reports", "schedule": 30.0, "options": {"expires": 25}},
    "fold_hours": {"task": "insights.tasks.fold_hours", "schedule": 15.0, "options": {"expires": 14}},
    # A missed tick costs nothing: each of these finds in the rows what is due, whenever it looks next.
    "resume_due_suspensions": {"task": "dispatch.tasks.resume_due_suspensions", "schedule": 3600.0,
                               "options": {"expires": 3500}},
    "scan_patterns": {"task": "dispatch.tasks.scan_patterns", "schedule": 600.0, "options": {"expires": 590}},
    "expire_surveys": {"task": "followup.tasks.expire_surveys", "schedule": 300.0, "options": {"expires": 290}},
    "remind_of_annotations": {"task": "followup.tasks.remind_of_annotations", "schedule": 300.0, "options": {"expires": 290}},
    "late_messages": {"task": "tickets.tasks.late_messages", "schedule": 30.0, "options": {"expires": 25}},
    "fetch_mail": {"task": "tickets.tasks.fetch_mail", "schedule": 60.0, "options": {"expires": 55}},  # off without a mailbox
    "expire_intake_drafts": {"task": "tickets.tasks.expire_intake_drafts", "schedule": 600.0, "options": {"expires": 590}},
    "auto_archive": {"task": "followup.tasks.auto_archive", "schedule": 3600.0, "options": {"expires": 3500}},
    "make_tracking_list": {"task": "followup.tasks.make_tracking_list", "schedule": 300.0, "options": {"expires": 290}},
    "knowledge_review_due": {"task": "knowledge.tasks.review_due", "schedule": crontab(hour=0, minute=15)},  # 08:15 here
    "calendar_check": {"task": "tickets.tasks.calendar_check", "schedule": crontab(hour=0, minute=30)},  # 08:30 here
    "look_for_warnings": {"task": "insights.tasks.look_for_warnings", "schedule": 120.0, "options": {"expires": 115}},
    "send_broadcasts": {"task": "insights.tasks.send_broadcasts", "schedule": 10.0, "options": {"expires": 9}},
    "find_themes": {"task": "suggesting.tasks.find_themes", "schedule": 3600.0, "options": {"expires": 3500}},
    "train_classifier": {"task": "suggesting.tasks.train_classifier", "schedule": crontab(hour=18, minute=0)},  # 02:00 here
    "audit_invariants": {"task": "insights.tasks.audit_invariants", "schedule": crontab(hour=19, minute=0)},  # 03:00 here
}
MAIL = {  # the mailbox that citizens write to, read over IMAP; without a host it is off
    "HOST": env.str("HOTLINE_IMAP_HOST", default=""),
    "TLS": demands.one_of("HOTLINE_IMAP_TLS", env.str("HOTLINE_IMAP_TLS", default="ssl"), ("ssl", "starttls")),
    "PORT": env.int("HOTLINE_IMAP_PORT", default=0),  # 0: the usual one
    "USER": env.str("HOTLINE_IMAP_USER", default=""),
    "PASSWORD": env.str("HOTLINE_IMAP_PASSWORD", default=""),  # or HOTLINE_IMAP_PASSWORD_FILE
    "FOLDER": env.str("HOTLINE_IMAP_FOLDER", default="INBOX"),
    "CA": env.str("HOTLINE_IMAP_CA", default=""),  # a file, where the server's certificate is of an authority of one's own
}
# the server that answers to e-mails leave through; without a host citizens are not answered by e-mail
EMAIL_HOST = env.str("HOTLINE_SMTP_HOST", default="")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
_smtp_tls = demands.one_of("HOTLINE_SMTP_TLS", env.str("HOTLINE_SMTP_TLS", default="ssl"), ("ssl", "starttls", "none"))
EMAIL_USE_SSL, EMAIL_USE_TLS = _smtp_tls == "ssl", _smtp_tls == "starttls"
EMAIL_PORT = env.int("HOTLINE_SMTP_PORT", default={"ssl": 465, "starttls": 587, "none": 25}[_smtp_tls])
EMAIL_HOST_USER = env.str("HOTLINE_SMTP_USER", default="")
EMAIL_HOST_PASSWORD = env.str("HOTLINE_SMTP_PASSWORD", default="")  # or HOTLINE_SMTP_PASSWORD_FILE
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("HOTLINE_MAIL_FROM", default=EMAIL_HOST_USER or "hotline@localhost")
SMS_BACKEND = env.str("HOTLINE_SMS_BACKEND", default="console")

# --- figures: how shares are rounded and what answers weigh; no law says it, districts differ -----------------------
FIGURES = {
    "PCT_MODE": demands.one_of("HOTLINE_PCT_MODE", env.str("HOTLINE_PCT_MODE", default="half_up"), ("half_up", "trunc")),
    "PCT_PLACES": demands.number_in("HOTLINE_PCT_PLACES", env.int("HOTLINE_PCT_PLACES", default=2), 0, 4),
    "W_BASIC_SOLVED": demands.share("HOTLINE_W_BASIC_SOLVED", env.str("HOTLINE_W_BASIC_SOLVED", default="1.0")),
    "W_BASIC_SATISFIED": demands.share("HOTLINE_W_BASIC_SATISFIED", env.str("HOTLINE_W_BASIC_SATISFIED", default="0.9")),
    # of response, solved and satisfied in the composite score
    "WEIGHTS": demands.shares("HOTLINE_WEIGHTS", env.list("HOTLINE_WEIGHTS", default=["0.1", "0.5", "0.4"])),
    "RANK_MIN": env.int("HOTLINE_RANK_MIN", default=5),  # rated callbacks under which nobody is ranked
}
EARLY_WARNING = {
    "SURGE_MIN": demands.number_in("HOTLINE_SURGE_MIN", env.int("HOTLINE_SURGE_MIN", default=10), 2, 10_000),  # tickets
    "SURGE_PCT": demands.number_in("HOTLINE_SURGE_PCT", env.int("HOTLINE_SURGE_PCT", default=50), 1, 10_000),  # more than usual
    # minutes:people; so many different people within so long about one matter. A larger city sets more
    "CLUSTERS": demands.pairs("HOTLINE_CLUSTERS", env.list("HOTLINE_CLUSTERS", default=["60:4", "1440:5", "10080:6"])),
}

# --- reports ------------------------------------------------------------------------------------------------------
REPORTS = {
    # beginnings of category codes: the event of the day, in the hourly briefing
    "EVENT": env.list("HOTLINE_REPORT_EVENT", default=[]),
    # the same: what the daily report of urgent and sensitive matters watches, and the hour at which its day begins
    "WATCHED": env.list("HOTLINE_REPORT_WATCHED", default=[]),
    "CATEGORY_HOUR": demands.number_in("HOTLINE_REPORT_HOUR", env.int("HOTLINE_REPORT_HOUR", default=12), 0, 23),
    "SENT_TO": env.str("HOTLINE_REPORT_SENT_TO", default=""),  # who gets a report, as its draft says it
}

# --- telephone: everything is off until it is named ---------------------------------------------------------------
TELEPHONY_SECRET = env.str("HOTLINE_TELEPHONY_SECRET", default="")  # signs the events of POST /api/v1/telephony/events/
demands.check_telephony_secret(TELEPHONY_SECRET)
TELEPHONY = {  # an adapter of tickets/telephony/adapters: freeswitch, asterisk or webhook
    "adapter": env.str("HOTLINE_TELEPHONY", default=""),
    "address": env.str("HOTLINE_TELEPHONY_ADDRESS", default=""),  # host:port, of a webhook its URL
    "user": env.str("HOTLINE_TELEPHONY_USER", default=""),
    "password": env.str("HOTLINE_TELEPHONY_PASSWORD", default=""),
}

# --- language, time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- static files ------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.str("HOTLINE_STATIC_ROOT", default=str(BASE_DIR / "staticfiles")) if PRODUCTION else None
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "hotline.assets.NodeModulesFinder",
]
NODE_MODULES = BASE_DIR / "node_modules"
ICONS = NODE_MODULES / "@tabler/icons/icons/outline"  # put into pages, see hotline/templatetags/icons.py
REPORT_FONTS = {  # Chinese, for reports as PDF and the pictures in Word files: "" regular, "B" bold
    style: NODE_MODULES / f"@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-{weight}-normal.woff"
    for style, weight in (("", 400), ("B", 700))}
NODE_ASSETS = {  # only these files are served, under these names
    "vendor/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
}
WHITENOISE_USE_FINDERS = not PRODUCTION  # embedded: no collectstatic step
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 86400  # seconds; addresses change with the content, so a shift loads a file once
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "hotline.assets.ManifestStorage" if PRODUCTION
                    else "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG
                    else "hotline.assets.VersionedStorage"},
}

# --- logs --------------------------------------------------------------------------------------------------------
from hotline.logs import logging_settings  # noqa: E402  (configures structlog as a side effect)

LOGGING = logging_settings(as_json=env.bool("HOTLINE_LOG_JSON", default=PRODUCTION), level=env.str(
    "HOTLINE_LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True  # its request middleware is not used: it logs query strings and asks for the user
SILENCED_SYSTEM_CHECKS: list[str] = []
