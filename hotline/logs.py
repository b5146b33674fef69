"""Logs: one line of JSON an event in production, one readable line elsewhere. No personal data goes in."""
import re
from typing import Any

import structlog

TOKEN = re.compile(r"/s/[^\s/?\"']+")  # in the address of a questionnaire: who has it may answer


def without_tokens(_logger, _method, event):
    """Whoever writes an address into the log: the request log, Django about an error, a traceback."""
    return {name: TOKEN.sub("/s/…", value) if isinstance(value, str) and "/s/" in value else value
            for name, value in event.items()}


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
    without_tokens,
]


def logging_settings(*, as_json: bool, level: str) -> dict:
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(), cache_logger_on_first_use=True)
    last = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer(
        colors=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": structlog.stdlib.ProcessorFormatter, "processor": last,
                                "foreign_pre_chain": _SHARED}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {"axes": {"level": "ERROR"}, "django.request": {"level": "ERROR"}},
    }
