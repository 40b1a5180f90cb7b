"""Every setting of the desk: read from the environment, with defaults that work on a laptop."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy

from factcheck import environment, outside_archives
from factcheck.environment import env
from factcheck.keys import secret_from_file
from factcheck.snapshot_storage import snapshot_storage

BASE_DIR = Path(__file__).resolve().parent.parent

# Where the desk keeps what it writes: database, broker, snapshots, log keys.
DATA_DIR = environment.folder("FACTCHECK_DATA_DIR", default=BASE_DIR / "var")
PRODUCTION = environment.boolean("FACTCHECK_PRODUCTION", default=False)
DEBUG = environment.boolean("FACTCHECK_DEBUG", default=False)

SECRET_KEY = env.str("FACTCHECK_SECRET_KEY", default="") or (
    "" if PRODUCTION else secret_from_file(DATA_DIR / "keys" / "secret.key")
)
ALLOWED_HOSTS = environment.names("FACTCHECK_ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.names("FACTCHECK_TRUSTED_ORIGINS")
# The address that published documents carry; partners keep it for years.
PUBLIC_URL = env.str("FACTCHECK_PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
DESK_NAME = env.str("FACTCHECK_DESK_NAME", default="Factcheck Demo Desk")
CONTACT_URL = env.str("FACTCHECK_CONTACT_URL", default=f"{PUBLIC_URL}/")

INSTALLED_APPS = [
    "factcheck.apps.FactcheckConfig",
    "partners.apps.PartnersConfig",
    "reviews.apps.ReviewsConfig",
    "sources.apps.SourcesConfig",
    "claims.apps.ClaimsConfig",
    "unfold.apps.BasicAppConfig",  # the default config would put its own site in place of ours
    "unfold.contrib.filters",
    "factcheck.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "factcheck.urls"
WSGI_APPLICATION = "factcheck.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "factcheck" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_USER_MODEL = "claims.Person"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

# --- Storage -----------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'factcheck.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["OPTIONS"] = {
        # Without IMMEDIATE, three of four concurrent writers end in "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            # Without it, INSERT OR REPLACE deletes rows behind the back of the append-only triggers.
            "PRAGMA recursive_triggers=ON;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SNAPSHOT_DIR = DATA_DIR / "snapshots"
LOG_KEY_DIR = DATA_DIR / "keys"
# An upload above this is refused before it is read.
UPLOAD_MAX_BYTES = environment.whole_number("FACTCHECK_UPLOAD_MAX_BYTES", default=20_000_000, least=1)
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES
FILE_UPLOAD_TEMP_DIR = None

# --- Broker and workers ------------------------------------------------------------------------------------

BROKER_SOCKET = DATA_DIR / "broker.sock"
REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{BROKER_SOCKET}"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL or f"unix://{BROKER_SOCKET}",
        "KEY_PREFIX": "factcheck",
    }
}
# One check must be over within this time, or another worker takes it. Everything below hangs on it, in this order:
# run's budget < soft limit < hard limit < lease < when the broker sends an unfinished message again.
CHECK_LEASE = timedelta(seconds=environment.whole_number("FACTCHECK_CHECK_LEASE_SECONDS", default=300, least=10))
_LEASE_SECONDS = int(CHECK_LEASE.total_seconds())
# A run takes no more checks after so long, so that those under way end before the soft limit.
CHECK_BUDGET = CHECK_LEASE * 0.4
CELERY_TASK_SOFT_TIME_LIMIT = _LEASE_SECONDS * 8 // 10
CELERY_TASK_TIME_LIMIT = _LEASE_SECONDS * 9 // 10
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True  # the row is the truth: no result backend
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A worker outlasts any absence of the broker and goes on with what it has: the fence is in the row, not the message.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 2 * _LEASE_SECONDS,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    # A connection that is silent for so long (seconds) is asked, and dropped when it does not answer.
    "health_check_interval": 5,
    # One try: a hint that cannot be sent must not hold up a web request (three tries took six seconds).
    "max_retries": 0,
    "interval_start": 0,
    "global_keyprefix": env.str("FACTCHECK_QUEUE_PREFIX", default="factcheck."),
}
# A hint that cannot be sent must not hold up a web request: the sweep finds the row.
CELERY_TASK_PUBLISH_RETRY = False
SWEEP_SECONDS = environment.whole_number("FACTCHECK_SWEEP_SECONDS", default=30, least=1)
# A worker is started afresh when checks wait and none was taken or finished for so long.
STUCK_AFTER = timedelta(seconds=environment.whole_number("FACTCHECK_STUCK_SECONDS", default=120, least=5))
CELERY_BEAT_SCHEDULER = "factcheck.schedule:BoundedScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep source checks": {"task": "sources.tasks.sweep", "schedule": SWEEP_SECONDS},
    "raise evidence alerts": {"task": "reviews.tasks.raise_alerts", "schedule": SWEEP_SECONDS},
}

# --- Source checks -----------------------------------------------------------------------------------------

FETCH_ALLOW = environment.loopback_pairs("FACTCHECK_FETCH_ALLOW")
FETCH_USER_AGENT = f"FactcheckBot/1.0 (+{CONTACT_URL})"
FETCH_PARALLEL = environment.whole_number("FACTCHECK_FETCH_PARALLEL", default=10, least=1)
HOST_INTERVAL = timedelta(milliseconds=environment.whole_number("FACTCHECK_HOST_INTERVAL_MS", default=1000))
HOST_PARALLEL = environment.whole_number("FACTCHECK_HOST_PARALLEL", default=2, least=1)
CHECK_MAX_ATTEMPTS = 3
CHECK_BACKOFF = timedelta(seconds=environment.whole_number("FACTCHECK_CHECK_BACKOFF_SECONDS", default=60))
# A passage that vanished counts only when a second check, this much later, agrees.
CONFIRM_AFTER = timedelta(seconds=environment.whole_number("FACTCHECK_CONFIRM_AFTER_SECONDS", default=600))
# A page is gone after so many failures in a row over at least so long.
GONE_TIMES = environment.whole_number("FACTCHECK_GONE_TIMES", default=3, least=1)
GONE_OVER = timedelta(seconds=environment.whole_number("FACTCHECK_GONE_OVER_SECONDS", default=24 * 3600))
# The waits between checks while a verdict relies on a source, counted from the last change.
CHECK_SCHEDULE = (timedelta(hours=1), timedelta(days=1), timedelta(days=7), timedelta(days=30))
# Whether repeated checks keep to the robots.txt of the sites; a check that a person asked for is no robot's.
OBEY_ROBOTS = environment.boolean("FACTCHECK_ROBOTS", default=True)

# --- Outside archives: optional, and off while no address is set ---------------------------------------------

MEMENTO_TIMEGATE = outside_archives.timegate()
SAVE_PAGE_NOW_URL, SAVE_PAGE_NOW_KEY, SAVE_PAGE_NOW_SECRET = outside_archives.save_page_now(allow=FETCH_ALLOW)
if MEMENTO_TIMEGATE or SAVE_PAGE_NOW_URL:
    CELERY_BEAT_SCHEDULE["ask outside archives"] = {
        "task": "sources.tasks.run_archive_copies",
        "schedule": SWEEP_SECONDS,
    }

# --- Partners ----------------------------------------------------------------------------------------------

ANONYMOUS_READ = environment.boolean("FACTCHECK_ANONYMOUS_READ", default=True)
RATE_ANONYMOUS_PER_MINUTE = environment.whole_number("FACTCHECK_RATE_ANONYMOUS", default=60, least=1)
RATE_KEY_PER_MINUTE = environment.whole_number("FACTCHECK_RATE_KEY", default=600, least=1)
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["partners.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["partners.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["partners.throttling.KeyThrottle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "partners.exceptions.problem_response",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Factcheck partner API",
    "DESCRIPTION": "Verdicts on contested claims, with their evidence, their versions and every change.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # Without names the generator makes up numbered ones where fields share a name.
    "ENUM_NAME_OVERRIDES": {
        "CitationRole": "sources.statuses.CitationRole.choices",
        "CitationStance": "sources.statuses.CitationStance.choices",
        "ClaimantKind": "claims.statuses.ClaimantKind.choices",
        "ClaimStatus": "claims.statuses.Status.choices",
        "CorrectionType": "partners.serializers.verdicts.CORRECTIONS",
        "DeclineReason": "claims.statuses.DeclineReason.choices",
        "EvidenceStatus": "reviews.statuses.EvidenceStatus.choices",
        "PassageOutcome": "sources.statuses.PassageOutcome.choices",
        "PositionStance": "claims.statuses.PositionStance.choices",
        "PublicationStatus": "reviews.statuses.PublicationStatus.choices",
        "SourceOutcome": "sources.statuses.SourceOutcome.choices",
        "VerdictStatus": "partners.serializers.verdicts.STATUSES",
    },
}

# --- Language, time, static files --------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = environment.folder("FACTCHECK_STATIC_ROOT", default=DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "factcheck" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "media"}},
    "snapshots": snapshot_storage(),
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# --- Safety ------------------------------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "style-src": [SELF, UNSAFE_INLINE],
        "font-src": [SELF, "data:"],
        "script-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# The admin's bundled Alpine evaluates expressions: the exception is made for the admin's pages alone.
CSP_ADMIN_SCRIPT_SRC = [SELF, UNSAFE_EVAL, UNSAFE_INLINE]
if PRODUCTION:
    SECURE_SSL_REDIRECT = environment.boolean("FACTCHECK_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = environment.whole_number("FACTCHECK_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    if environment.boolean("FACTCHECK_BEHIND_TLS_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logs --------------------------------------------------------------------------------------------------

LOG_JSON = environment.boolean("FACTCHECK_LOG_JSON", default=PRODUCTION)
_shared_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[*_shared_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared_processors,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([structlog.processors.format_exc_info] if LOG_JSON else []),
                structlog.processors.JSONRenderer()
                if LOG_JSON
                # A traceback with local variables could print a review that is still blind.
                else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": env.str("FACTCHECK_LOG_LEVEL", default="INFO").upper()},
    "loggers": {"django.server": {"level": "WARNING"}},
}

# --- The admin ---------------------------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "Factcheck",
    "SITE_HEADER": "Factcheck",
    "SITE_SUBHEADER": DESK_NAME,
    "SITE_SYMBOL": "fact_check",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "4px",
    "DASHBOARD_CALLBACK": "factcheck.dashboard.fill",
    "STYLES": [lambda request: static("factcheck/desk.css")],
    # Ink blue on paper: calm enough for eight hours, and nothing is told by colour alone.
    "COLORS": {
        "base": {
            "50": "oklch(98.4% .003 95)",
            "100": "oklch(96.2% .004 95)",
            "200": "oklch(91.6% .006 95)",
            "300": "oklch(86% .008 95)",
            "400": "oklch(69% .012 95)",
            "500": "oklch(50% .014 95)",
            "600": "oklch(42% .014 95)",
            "700": "oklch(35% .013 95)",
            "800": "oklch(27% .011 95)",
            "900": "oklch(21% .009 95)",
            "950": "oklch(16% .008 95)",
        },
        "primary": {
            "50": "oklch(97% .014 240)",
            "100": "oklch(93.5% .03 240)",
            "200": "oklch(88% .058 240)",
            "300": "oklch(80% .094 240)",
            "400": "oklch(73% .12 240)",
            "500": "oklch(66% .13 240)",
            "600": "oklch(46% .12 245)",
            "700": "oklch(40% .11 245)",
            "800": "oklch(34% .09 245)",
            "900": "oklch(29% .07 245)",
            "950": "oklch(22% .05 245)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "factcheck.navigation.links",
    },
}


def _refuse_unsafe_production() -> None:
    """Stop a production start that would be unsafe, naming each setting and its fix."""
    faults = {
        "FACTCHECK_SECRET_KEY must be set to at least 50 random characters": len(SECRET_KEY) < 50,
        "FACTCHECK_DEBUG must be false": DEBUG,
        "FACTCHECK_FETCH_ALLOW must be empty": bool(FETCH_ALLOW),
        "FACTCHECK_ALLOWED_HOSTS must name the desk's hosts, not *": "*" in ALLOWED_HOSTS,
        "DATABASE_URL must name a PostgreSQL database": "postgresql" not in DATABASES["default"]["ENGINE"],
        "REDIS_URL must be set": not REDIS_URL,
        "FACTCHECK_PUBLIC_URL must start with https://": not PUBLIC_URL.startswith("https://"),
    }
    found = [fault for fault, is_present in faults.items() if is_present]
    if found:
        raise ImproperlyConfigured("Unsafe for production: " + "; ".join(found) + ".")


if PRODUCTION:
    _refuse_unsafe_production()
