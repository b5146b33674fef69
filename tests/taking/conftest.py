"""People in front of the real pages, and a line that can be cut: as in tests/live."""
from tests.live.conftest import cable, people, seat  # noqa: F401  (fixtures)
