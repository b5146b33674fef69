"""What is answered when a request fails: 503 with a friendly page while the database is gone, 500 otherwise.

A handler and not a middleware: Django turns an exception into a response at the edge of the middleware that raised
it, and the first to miss the database are the session and the user.
"""
import sys

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control

from accounts.access import public

log = structlog.get_logger(__name__)

PAGE = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{status}</title></head><body>
<h1>{chinese}</h1><h1 lang="en">{english}</h1></body></html>"""
OUTAGE = ("系统暂时不可用：数据库连接中断。已确认提交的内容不会丢失，请稍后重试。",
          "Temporarily unavailable: the database cannot be reached. What was confirmed is not lost; please try again.")
MISTAKE = ("系统出错，已记录。请稍后重试或联系管理员。",
           "Something went wrong and has been recorded. Please try again, or tell the administrator.")


@public
def failed(request):
    """handler500. The exception is still being handled when Django calls this."""
    error = sys.exc_info()[1]
    if database_is_gone(error):
        log.error("database_unavailable", path=request.path, error=type(error).__name__)
        drop_connections()
        return answer(request, 503, OUTAGE)
    return answer(request, 500, MISTAKE)


def database_is_gone(error: BaseException | None) -> bool:
    """Also when something else broke because of it: the chain of causes is searched. A statement that merely took
    too long, or a deadlock, is an OperationalError too and just as much worth another try."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, (OperationalError, InterfaceError)):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def drop_connections() -> None:
    """A connection that is known to be dead must not cost the next request a time-out."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            try:
                connection.close()
            except DatabaseError:
                log.warning("close_failed")


def page(status: int, texts: tuple[str, str]) -> str:
    """The page of the product, or plain words when templates are what failed. Neither asks the database."""
    try:
        return render_to_string(f"{status}.html", {"english": texts[1]})
    except Exception:  # an error page that fails would hide the first error
        log.exception("error_page_failed", status=status)
        return PAGE.format(status=status, chinese=texts[0], english=texts[1])


def answer(request, status: int, texts: tuple[str, str]) -> HttpResponse:
    response: HttpResponse
    if request.path.startswith(("/api/", "/readyz", "/healthz")):
        problem = {"type": "about:blank", "title": texts[1].partition(":")[0], "status": status, "detail": texts[1]}
        response = JsonResponse(problem, status=status, content_type="application/problem+json")
    else:
        response = HttpResponse(page(status, texts), status=status)
    if status == 503:
        response["Retry-After"] = "5"
    patch_cache_control(response, no_store=True)
    return response
