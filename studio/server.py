"""The web server around the pages: what browsers are told, whether it is ready, and ending sessions that are over."""

import asyncio
import logging
import re
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from masking_core.image.limits import in_force
from studio import compute, downloads, early, uploads
from studio.compute import visitors
from studio.recipe import first
from studio.settings import settings
from studio.sharing import autosave
from studio.sharing.autosave import COOKIE
from studio.sharing.shelf import OLDEST

log = logging.getLogger("studio")


def _own_scripts() -> str:
    """What stands for the scripts inside Streamlit's own page: nothing else that is written into a page is run."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_bytes()
    scripts = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    return " ".join(f"'sha256-{b64encode(sha256(script).digest()).decode()}'" for script in scripts)


POLICY = {
    "default-src": "'self'",
    # Small components come as text, and charts compile their formulas.
    "script-src": f"'self' {_own_scripts()} 'unsafe-eval' blob: data:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
"""What a page may load, and from where: nothing from elsewhere, whatever a link, a file or a session says."""

HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

GONE = 30.0
"""Seconds without a connection after which a session is over; the visitor's work is kept elsewhere."""
SPARE = 200_000_000
"""Bytes of memory; where fewer are left, sessions are over at once."""
LOOK = 5.0
TIDY = 720
"""Looks between two at whether saved work is too old or too much: an hour."""


UPLOADS = "/_stcore/upload_file"
COPIES = 2
"""How often the bytes of a file are there while it arrives."""


class Roomy:
    """Refuses files for which there is no memory left, without keeping them.

    The browser is told that all is well, for what it shows of an error is its number; the page says it in a sentence.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http" and scope["method"] == "PUT" and UPLOADS in scope["path"]:
            announced = Request(scope).headers.get("content-length", "")
            size = int(announced) if announced.isdecimal() else int(in_force().max_megabytes * 1e6)
            if not await run_in_threadpool(compute.fits, COPIES * size):
                async for _ in Request(scope, receive).stream():  # browsers read no answer before they have sent all
                    pass
                uploads.refuse(scope["path"].rpartition("/")[2])
                app = Response(status_code=204)
        await app(scope, receive, send)


class Guarded:
    """Sends :data:`HEADERS` with every answer, and a key of their own with the page to every browser."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", _key_for(Request(scope)))
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)


def _key_for(request: Request) -> str:
    """The cookie under whose value the browser's work is kept: as it was, or a new one that nobody can guess."""
    key = request.cookies.get(COOKIE, "")
    if not re.fullmatch(r"[\w-]{43}", key):
        key = secrets.token_urlsafe(32)
    secure = "; Secure" if request.url.scheme == "https" else ""
    # Not "Strict": whoever comes from another site would be taken for somebody new.
    return f"{COOKIE}={key}; Max-Age={int(OLDEST)}; Path=/; HttpOnly; SameSite=Lax{secure}"


async def ready(_: Request) -> JSONResponse:
    """Whether the kernels are ready; 503 until then. The pages answer before, only more slowly."""
    waiting = compute.getting_ready()
    return JSONResponse({"ready": not waiting, "doing": waiting}, 503 if waiting else 200)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Make the kernels ready before the first visitor comes, and give up sessions that are over while it runs."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    compute.start(first.recipe())
    janitor = asyncio.create_task(_give_up_what_is_over())
    yield {}
    janitor.cancel()
    with suppress(asyncio.CancelledError):
        await janitor


async def _give_up_what_is_over() -> None:
    # Streamlit forgets such sessions only when the next one ends, and never the files that were uploaded in them.
    looks = 0
    while True:
        if looks % TIDY == 0:
            autosave.tidy()
        looks += 1
        await asyncio.sleep(LOOK)
        over = visitors.long_gone(GONE if compute.left() > SPARE else 0.0)
        for session in over:
            runtime.get_instance().close_session(session)
        if over:
            compute.tidy()


def explain_fault(error: Exception) -> bool:
    """Log a fault of ours with its traceback, and show one sentence with a number to quote."""
    number = secrets.token_hex(4)
    log.error("fault %s", number, exc_info=error)
    st.error(
        f"Something went wrong on our side, and has been noted as number {number}. Your work is still here: "
        "go on, or reload the page.",
        icon=":material/error:",
    )
    return True


async def status(request: Request) -> Response:
    """Counters for whoever runs the server, to be asked with the secret of the setting ``operator``."""
    secret, given = settings().operator, request.headers.get("Authorization", "")
    if not secret or not secrets.compare_digest(given, f"Bearer {secret}"):
        return PlainTextResponse("Not Found", 404)
    return JSONResponse(compute.status())


async def file(request: Request) -> Response:
    """A file that was made on disk for a visitor, in pieces as the browser takes them."""
    found = downloads.offered(request.path_params["ticket"])
    if found is None or not found[0].is_file():
        return PlainTextResponse("This file is no longer here. Please make it again.", 404)
    path, name, mime = found
    return FileResponse(path, filename=name, media_type=mime, headers={"Cache-Control": "no-store"})


MIDDLEWARE = [Middleware(Guarded), Middleware(Roomy)]
ROUTES = [
    Route("/ready", ready),
    Route("/status", status),
    Route(f"/{downloads.ADDRESS}/{{ticket}}", file),
    WebSocketRoute(f"/{early.ADDRESS}/{{ticket}}", early.connection),
]
