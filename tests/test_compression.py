"""What goes over the line is small: pages and static files are compressed, streams are left alone."""
import gzip

import pytest
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.templatetags.static import static
from django.test import RequestFactory

from hotline import compression

LONG = "热线" * 500


@pytest.fixture
def request_with_gzip():
    return RequestFactory().get("/", headers={"Accept-Encoding": "gzip, deflate, br"})


@pytest.fixture
def own_folder(tmp_path, settings):
    settings.HOTLINE_DATA = tmp_path
    return tmp_path


def answered(request, response):
    return compression.CompressPagesMiddleware(lambda _request: response)(request)


def test_a_page_is_compressed(request_with_gzip):
    answer = answered(request_with_gzip, HttpResponse(LONG))

    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content).decode() == LONG
    assert "Accept-Encoding" in answer["Vary"]


def test_two_answers_of_one_page_differ_in_length(request_with_gzip):
    """Otherwise the length would tell whether a guess is in the page."""
    lengths = {len(answered(request_with_gzip, HttpResponse(LONG)).content) for _ in range(40)}

    assert len(lengths) > 5


@pytest.mark.parametrize("response", [
    StreamingHttpResponse(iter(["data: 1\n\n" * 100]), content_type="text/event-stream"),
    StreamingHttpResponse(iter([LONG])),
    HttpResponse(b"x" * 2000, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
])
def test_streams_and_files_are_left_alone(request_with_gzip, response):
    assert "Content-Encoding" not in answered(request_with_gzip, response)


def test_static_files_are_compressed_once_and_kept_by_the_browser(own_folder, request_with_gzip):
    handler = compression.StaticFilesMiddleware(lambda _request: None)
    answer = handler(RequestFactory().get("/static/hotline.css", headers={"Accept-Encoding": "gzip"}))
    body = b"".join(answer.streaming_content)

    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == (settings.BASE_DIR / "static" / "hotline.css").read_bytes()
    assert answer["Cache-Control"] == "max-age=86400, public"


def test_a_changed_file_is_compressed_anew(own_folder, tmp_path):
    source = tmp_path / "page.js"
    source.write_text("let a = 1;" * 100)
    first = compression.compressed_copy(source).read_bytes()
    source.write_text("let b = 2;" * 100)

    assert gzip.decompress(first) != gzip.decompress(compression.compressed_copy(source).read_bytes())


@pytest.mark.parametrize(("name", "content"), [("font.woff2", b"x" * 5000), ("small.css", b"a{}"), ("gone.css", None)],
                         ids=["font", "small", "gone"])
def test_what_would_not_get_smaller_is_served_as_it_is(own_folder, tmp_path, name, content):
    if content:
        (tmp_path / name).write_bytes(content)

    assert compression.compressed_copy(tmp_path / name) is None


def test_an_address_names_its_content():
    assert "?v=" in static("hotline.css")
    assert "?v=" not in static("nothing.css")
