"""A visitor without a browser, who speaks Streamlit's own protocol: dozens of them fit on one machine."""

import base64
import json
import time
import urllib.request
from contextlib import ExitStack
from typing import Any, Self
from uuid import uuid4

import cv2
import numpy as np
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileUploaderState, FileURLsRequest, UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.sync.client import ClientConnection, connect

from masking_core.prompts import Stroke
from studio.drawing.canvas import writing
from studio.drawing.canvas.sheet import Sheet
from studio.drawing.ink import Ink
from studio.sharing.autosave import COOKIE

RESULT = '"The result: '
"""What the component that shows the result describes it with."""
PATIENCE = 90
"""Seconds until an answer that does not come counts as an error."""
WIDE = 900
"""Width of the canvas that the page assumes until a browser tells it another."""


class ProtocolVisitor:
    """A visitor of one page of the app, whose work is kept under ``key``; use it as a context manager.

    Attributes:
        elements: what the page shows, by its place: the last message of each.
        problems: the errors that the page showed, or that ended a script.
    """

    def __init__(self, address: str, page: str = "mask", query: str = "", key: str = "") -> None:
        self._address, self._page, self._query, self._key = address, page, query, key
        self._states: dict[str, WidgetState] = {}
        self._cached: dict[str, ForwardMsg] = {}
        self.elements: dict[tuple[int, ...], tuple[str, Any]] = {}
        self.problems: list[str] = []
        self._drawn: list[dict[str, Any]] = []
        self._shown = ""
        self.until_result: float | None = None
        self._fragment = ""

    def __enter__(self) -> Self:
        link = self._address.replace("http", "ws") + "/_stcore/stream"
        connecting = connect(
            link,
            max_size=None,
            subprotocols=["streamlit"],
            compression=None,
            open_timeout=PATIENCE,
            additional_headers={"Cookie": f"{COOKIE}={self._key}"} if self._key else None,
        )
        self._connected = ExitStack()
        self._link: ClientConnection = self._connected.enter_context(connecting)
        return self

    def __exit__(self, *_: object) -> None:
        self._connected.close()

    def run(self, *, trigger: WidgetState | None = None, fragment: str = "") -> float:
        """Have the page run, with what ``trigger`` says pressed, and wait for its end; seconds it took.

        ``until_result`` are the seconds until the result was shown, be it the same as before; None if none was.
        """
        self._fragment = fragment
        states = [*self._states.values()]
        if trigger:
            states.append(trigger)
        state = ClientState(
            query_string=self._query,
            page_name=self._page,
            widget_states=WidgetStates(widgets=states),
            fragment_id=fragment,
            cached_message_hashes=list(self._cached),
        )
        self.until_result = None
        begun = time.monotonic()
        self._send(BackMsg(rerun_script=state))
        while True:
            message = self._next(begun)
            if self.until_result is None and _shows_result(message):
                self.until_result = time.monotonic() - begun
            if message.WhichOneof("type") == "script_finished":
                return time.monotonic() - begun

    def upload(self, name: str, data: bytes) -> float:
        """Drop a file on the picker; seconds until the page has run with it."""
        widget, _ = self._find("file_uploader", 0)
        request = FileURLsRequest(request_id=uuid4().hex, file_names=[name])
        self._send(BackMsg(file_urls_request=request))
        begun = time.monotonic()
        while (message := self._next(begun)).WhichOneof("type") != "file_urls_response":
            pass
        urls = message.file_urls_response.file_urls[0]
        self._put(urls.upload_url, name, data)
        info = UploadedFileInfo(file_id=urls.file_id, name=name, size=len(data), file_urls=urls)
        self._states[widget] = WidgetState(
            id=widget, file_uploader_state_value=FileUploaderState(uploaded_file_info=[info])
        )
        self._drawn = []
        return self.run()

    def draw(self, size: tuple[int, int], stroke: Stroke) -> tuple[float, float]:
        """Draw a stroke on a picture of that size; seconds from the message to the result, and to its finished edge."""
        sheet = Sheet.over(size, min(WIDE, 3000 * size[0] // size[1]))
        figure = writing.write([stroke], sheet)["objects"][0]
        self._drawn.append(figure | {"stroke": Ink("brush", stroke.object).stroke})
        widget, fragment = self._component("", "cv_mask_")
        drawing = {"drawing": {"raw": {"version": "7.4.0", "objects": self._drawn}, "data": None}}
        self._states[widget] = WidgetState(id=widget, json_value=json.dumps(drawing))
        whole = self.run(fragment=fragment)
        return (whole if self.until_result is None else self.until_result), whole

    def press(self, label: str) -> float:
        """Press the button of that label; seconds until the page has answered."""
        for kind, delta in self.elements.values():
            if kind == "button" and delta.new_element.button.label == label:
                pressed = WidgetState(id=delta.new_element.button.id, trigger_value=True)
                return self.run(trigger=pressed, fragment=delta.fragment_id)
        raise LookupError(f"There is no button {label}.")

    def use(self, name: str) -> float:
        """Press the button of the tool strip that has this name; seconds until the page has answered."""
        strip, fragment = self._component("tool_buttons")
        used = json.dumps([{"event": "used", "value": [name]}])
        return self.run(
            trigger=WidgetState(id=_make_trigger_id(strip, "events"), json_trigger_value=used), fragment=fragment
        )

    def choose(self, key: str, index: int) -> float:
        """Choose an option of the segmented control of that key."""
        for kind, delta in self.elements.values():
            if kind == "button_group" and delta.new_element.button_group.id.endswith(f"-{key}"):
                group = delta.new_element.button_group
                state = WidgetState(id=group.id)
                state.string_array_value.data.append(group.options[index].content)
                self._states[group.id] = state
                return self.run(fragment=delta.fragment_id)
        raise LookupError(f"There is no control {key}.")

    def result(self) -> np.ndarray:
        """The (H, W, 3) uint8 RGB picture of the result, as it was shown first."""
        if not self._shown:
            raise LookupError("There is no result.")
        data = base64.b64decode(self._shown.partition(",")[2])
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]

    def text(self) -> str:
        """All that the page says in words."""
        words = []
        for kind, delta in self.elements.values():
            body = getattr(getattr(delta.new_element, kind), "body", "")
            words.append(body if isinstance(body, str) else "")
        return "\n".join(words)

    def _component(self, name: str, id: str = "") -> tuple[str, str]:
        """The id of the last component whose name ends, and whose id goes on, like this; and the part it is in."""
        found = [
            (component.id, delta.fragment_id)
            for kind, delta in self.elements.values()
            if kind == "bidi_component"
            and (component := delta.new_element.bidi_component).component_name.endswith(name)
            and id in component.id
        ]
        return found[-1]

    def _find(self, kind: str, place: int) -> tuple[str, Any]:
        found = [delta for known, delta in self.elements.values() if known == kind]
        return getattr(found[place].new_element, kind).id, found[place]

    def _send(self, message: BackMsg) -> None:
        self._link.send(message.SerializeToString())

    def _next(self, begun: float) -> ForwardMsg:
        left = PATIENCE - (time.monotonic() - begun)
        data = self._link.recv(timeout=max(left, 0.01))
        message = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
        if message.WhichOneof("type") == "ref_hash":
            metadata, message = message.metadata, self._cached[message.ref_hash]
            message.metadata.delta_path[:] = metadata.delta_path
        elif message.metadata.cacheable:
            self._cached[message.hash] = message
        self._take(message)
        return message

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "new_session" if not self._fragment:
                self.elements.clear()
            case "delta" if message.delta.WhichOneof("type") == "new_element":
                kind = message.delta.new_element.WhichOneof("type") or ""
                self.elements[tuple(message.metadata.delta_path)] = kind, message.delta
                if _shows_result(message):
                    self._shown = json.loads(message.delta.new_element.bidi_component.json)["picture"]
                if kind == "exception":
                    self.problems.append(message.delta.new_element.exception.message)
                elif kind == "alert":
                    self.problems.append(message.delta.new_element.alert.body)

    def _put(self, url: str, name: str, data: bytes) -> None:
        boundary = uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", **self._token()}
        request = urllib.request.Request(self._address + url, body, headers, method="PUT")
        urllib.request.urlopen(request, timeout=PATIENCE).read()

    def _token(self) -> dict[str, str]:
        answer = urllib.request.urlopen(f"{self._address}/_stcore/health", timeout=PATIENCE)
        cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
        name, _, token = cookie.partition("=")
        return {"Cookie": f"{name}={token}", "X-Xsrftoken": token} if token else {}


def _shows_result(message: ForwardMsg) -> bool:
    if message.WhichOneof("type") != "delta" or message.delta.WhichOneof("type") != "new_element":
        return False
    element = message.delta.new_element
    return element.WhichOneof("type") == "bidi_component" and RESULT in element.bidi_component.json
