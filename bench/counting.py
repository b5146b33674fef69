"""Tells the browser, in the Server-Timing header, how long an answer took and how many queries it needed."""
import time

from django.db import connection


class CountingMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        queries, begun = 0, time.perf_counter()

        def count(execute, *arguments):
            nonlocal queries
            queries += 1
            return execute(*arguments)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        milliseconds = (time.perf_counter() - begun) * 1000
        response.headers["Server-Timing"] = f"app;dur={milliseconds:.1f}, queries;dur={queries}"
        return response
