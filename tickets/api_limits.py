"""How often one person may ask: reading and writing are counted apart, each by the rate in the settings.

The counters live in the web process: a limit that needed another server would fail with it. With several processes
a person gets that many times the rate, which still stops a script that runs away.
"""
from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import UserRateThrottle


class Reading(UserRateThrottle):
    scope = "reading"

    def allow_request(self, request, view):
        return request.method not in SAFE_METHODS or super().allow_request(request, view)


class Writing(UserRateThrottle):
    scope = "writing"

    def allow_request(self, request, view):
        return request.method in SAFE_METHODS or super().allow_request(request, view)
