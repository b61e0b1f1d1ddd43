"""What the web server tells browsers, and when it gives up a session."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from studio import compute, downloads, server, uploads
from studio.compute import visitors
from studio.settings import Settings


async def taken(request):
    return PlainTextResponse(f"taken {len(await request.body())}")


def answer(path, given=(), method="GET"):
    """Status, headers and text of what the server answers."""
    routes = [
        *server.ROUTES,
        Route("/page", lambda _: PlainTextResponse("page")),
        Route("/html", lambda _: HTMLResponse("")),
        Route(f"{server.UPLOADS}/one/two", taken, methods=["PUT", "DELETE"]),
    ]
    app, sent = Starlette(routes=routes, middleware=server.MIDDLEWARE), []

    async def send(message):
        sent.append(message)

    body = iter([{"type": "http.request", "body": b"a" * 1000, "more_body": True}, {"type": "http.request"}])

    async def receive():
        return next(body, None) or await asyncio.Event().wait()  # nothing more comes, and nobody leaves

    scope = {"type": "http", "method": method, "path": path, "headers": list(given), "query_string": b""}
    # On a thread of its own: a browser test before may have left an event loop on this one.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(app(scope, receive, send))).result()
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]).decode()


@pytest.mark.parametrize("path", ["/page", "/ready", "/nowhere"])
def test_every_answer_forbids_what_comes_from_elsewhere(path):
    _, headers, _ = answer(path)
    assert headers["x-content-type-options"] == "nosniff"
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    for sources in policy.values():
        for source in sources.split():
            assert (
                source in {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}
                or "sha256" in source
            )
    assert "'unsafe-inline'" not in policy["script-src"]


@pytest.mark.parametrize(("length", "need"), [(b"1000", 2000), (b"", 400_000_000), (b"-1", 400_000_000)])
def test_a_file_for_which_there_is_no_memory_is_not_read(monkeypatch, length, need):
    path, headers = f"{server.UPLOADS}/one/two", [(b"content-length", length)] if length else []
    monkeypatch.setattr(compute, "fits", lambda asked: asked < need)
    refused = []
    monkeypatch.setattr(uploads, "refuse", refused.append)
    assert answer(path, headers, "PUT")[::2] == (204, "")
    assert refused == ["two"], "the page says it"
    assert answer(path, headers, "DELETE")[0] == 200
    monkeypatch.setattr(compute, "fits", lambda asked: asked <= need)
    assert answer(path, headers, "PUT")[2] == "taken 1000"


def test_it_says_whether_it_is_ready(monkeypatch):
    monkeypatch.setattr(compute, "getting_ready", lambda: "Getting K-means ready")
    status, _, text = answer("/ready")
    assert (status, json.loads(text)) == (503, {"ready": False, "doing": "Getting K-means ready"})
    monkeypatch.setattr(compute, "getting_ready", lambda: "")
    status, _, text = answer("/ready")
    assert (status, json.loads(text)) == (200, {"ready": True, "doing": ""})


def test_a_session_is_long_gone_after_a_while_and_named_once(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(visitors.time, "monotonic", lambda: now[0])
    visitor = visitors.Visitor("secret")
    visitor.held["work"] = 1
    visitors._leaves(visitor)
    assert not visitor.here
    assert visitor.held == {}
    now[0] = 129.0
    assert visitors.long_gone(30) == []
    now[0] = 130.0
    assert visitors.long_gone(30) == ["secret"]
    assert visitors.long_gone(30) == []


def test_counters_are_closed_but_for_who_has_the_secret(monkeypatch):
    assert answer("/status")[0] == 404
    monkeypatch.setattr(server, "settings", lambda: Settings(operator="open sesame"))
    assert answer("/status")[0] == 404
    assert answer("/status", [(b"authorization", b"Bearer open")])[0] == 404
    status, _, text = answer("/status", [(b"authorization", b"Bearer open sesame")])
    assert status == 200
    told = json.loads(text)
    assert set(told) == {"memory", "ceiling", "cache", "visitors", "running", "waiting", "runs"}
    assert 0 < told["memory"] < told["ceiling"] == 4_000_000_000
    assert set(told["running"]) == set(told["waiting"]) == {"seen", "meanwhile"}


def test_a_page_comes_with_a_key_that_stays_the_same():
    _, headers, _ = answer("/html")
    cookie = headers["set-cookie"]
    key = cookie.partition("=")[2].partition(";")[0]
    assert len(key) == 43
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert key in answer("/html", [(b"cookie", f"masking_work={key}".encode())])[1]["set-cookie"]
    assert "guess" not in answer("/html", [(b"cookie", b"masking_work=guess")])[1]["set-cookie"]
    assert "set-cookie" not in answer("/page")[1]


def test_a_file_on_disk_is_streamed_and_one_that_is_gone_is_said_to_be(tmp_path, monkeypatch):
    path = tmp_path / "made.zip"
    path.write_bytes(b"0123456789" * 50_000)
    monkeypatch.setitem(downloads._offered, "ticket", (path, "all masks.zip", "application/zip"))
    status, headers, body = answer("/files/ticket")
    assert (status, body) == (200, path.read_text())
    assert headers["content-type"] == "application/zip"
    assert headers["content-disposition"].startswith("attachment")
    assert "all%20masks.zip" in headers["content-disposition"]
    assert headers["cache-control"] == "no-store"
    assert answer("/files/another")[0] == 404
    path.unlink()
    assert answer("/files/ticket")[0] == 404
