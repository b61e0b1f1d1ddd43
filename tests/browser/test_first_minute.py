"""From landing on the page to one's own cut-out, however the picture comes and wherever it goes."""

from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest
from actions import settled, shot
from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

CENTRE, RADIUS = (450, 700), 220
HAND_OVER = """async ([selector, name, base64]) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name, { type: "image/png" }));
    const target = document.querySelector(selector);
    const more = { bubbles: true, cancelable: true };
    if (selector === "body") target.dispatchEvent(new ClipboardEvent("paste", { ...more, clipboardData: carried }));
    else for (const kind of ["dragover", "drop"])
        target.dispatchEvent(new DragEvent(kind, { ...more, dataTransfer: carried }));
}"""

HOLD_OVER = """() => {
    const carried = new DataTransfer();
    carried.items.add(new File(["a picture"], "held.png", { type: "image/png" }));
    return !document.body.dispatchEvent(
        new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer: carried }));
}"""


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    """A photo of a red ball on grey ground, higher than wide, drawn here."""
    rng = np.random.default_rng(0)
    rgb = (150 + rng.normal(0, 5, (1400, 900, 1))).repeat(3, 2).clip(0, 255).astype(np.uint8)
    cv2.circle(rgb, CENTRE, RADIUS, (200, 30, 40), -1, cv2.LINE_AA)
    path = tmp_path / "ball.png"
    PIL.Image.fromarray(rgb).save(path)
    return path


def carry(page: Page, target: str, path: Path) -> None:
    """Paste a file on the page ("body"), or drop it on an element."""
    import base64

    page.evaluate(HAND_OVER, [target, path.name, base64.b64encode(path.read_bytes()).decode()])


def listens(page: Page) -> None:
    """Wait until a picture held over the page is answered by a sign, as a person sees it."""
    page.wait_for_function(HOLD_OVER)
    expect(page.get_by_text("Drop to open")).to_be_visible()


def opened(page: Page, name: str = "ball.png") -> None:
    expect(page.get_by_test_id("stText").filter(has_text=name)).to_be_visible()
    settled(page)


def expect_cut_out(pixels: np.ndarray) -> None:
    assert pixels.shape[2] == 4
    truth = np.zeros(pixels.shape[:2], np.uint8)
    cv2.circle(truth, CENTRE, RADIUS, 1, -1)
    assert ((pixels[..., 3] >= 128) == truth).mean() > 0.995


def test_drop_and_download_are_all_it_takes(page: Page, server, portrait, tmp_path) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(server.url)
    page.locator('.st-key-drop input[type="file"]').set_input_files(portrait)
    opened(page)
    shot(page, "first-minute")
    button = page.get_by_role("button", name="Download cut-out")
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 900, "it is seen without scrolling"
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == "ball-cutout.png"
    download.value.save_as(tmp_path / "cut.png")
    expect_cut_out(np.asarray(PIL.Image.open(tmp_path / "cut.png")))


def test_on_a_phone_the_upload_is_on_the_first_screen(browser, server) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    page.goto(server.url)
    settled(page)
    box = page.get_by_test_id("stFileUploader").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844
    page.context.close()


@pytest.mark.parametrize(("path", "target"), [("", "body"), ("mask", "body"), ("mask", ".st-key-stage img")])
def test_a_picture_is_pasted_or_dropped_on_the_picture(page: Page, server, portrait, path, target) -> None:
    page.goto(f"{server.url}/{path}")
    settled(page)
    listens(page)
    carry(page, target, portrait)
    opened(page)


def test_download_of_a_portrait_is_seen_without_scrolling_and_says_what_it_holds(
    page: Page, server, portrait, tmp_path
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server.url}/mask")
    settled(page)
    page.locator('.st-key-drop input[type="file"]').set_input_files(portrait)
    opened(page)
    box = page.get_by_role("button", name="Download cut-out").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 900
    background = page.get_by_role("combobox", name="Background", exact=True)
    background.scroll_into_view_if_needed()
    settled(page)  # a list closes when what it belongs to is scrolled
    background.click()
    page.get_by_role("option", name="Original, dimmed", exact=True).click()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download picture").click()
    assert download.value.suggested_filename == "ball-composed.png"
    page.get_by_role("button", name="Formats").click()
    settled(page)
    shot(page, "formats")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download PNG").click()
    assert download.value.suggested_filename == "ball-cutout.png"
    download.value.save_as(tmp_path / "cut.png")
    expect_cut_out(np.asarray(PIL.Image.open(tmp_path / "cut.png")))


def test_the_cut_out_is_copied_to_the_clipboard(page: Page, server, portrait, tmp_path) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(server.url)
    settled(page)
    page.locator('.st-key-drop input[type="file"]').set_input_files(portrait)
    opened(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    numbers = page.evaluate("""async () => {
        const [item] = await navigator.clipboard.read();
        return [...new Uint8Array(await (await item.getType("image/png")).arrayBuffer())];
    }""")
    (tmp_path / "copied.png").write_bytes(bytes(numbers))
    expect_cut_out(np.asarray(PIL.Image.open(tmp_path / "copied.png")))


def test_every_picture_of_the_visit_is_a_press_away(page: Page, server, portrait, tmp_path) -> None:
    other = tmp_path / "other.png"
    PIL.Image.open(portrait).rotate(90, expand=True).save(other)
    page.goto(f"{server.url}/mask")
    settled(page)
    for path in (portrait, other):
        page.locator('.st-key-drop input[type="file"]').set_input_files(path)
        opened(page, path.name)
    shot(page, "visited")
    page.locator(".st-key-pictures").get_by_role("button", name="ball.png", exact=True).click()
    opened(page)
    page.get_by_role("button", name="Close ball.png").click()
    opened(page, "other.png")
    expect(page.locator(".st-key-pictures img")).to_have_count(1)


def test_a_pasted_picture_of_which_the_server_did_not_hear_is_opened_all_the_same(page: Page, server, portrait) -> None:
    lost = []

    def route(line: WebSocketRoute) -> None:
        onward = line.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            said = BackMsg.FromString(message if isinstance(message, bytes) else message.encode())
            held = [state.file_uploader_state_value for state in said.rerun_script.widget_states.widgets]
            if not lost and any(each.uploaded_file_info for each in held):
                lost.append(said)
            else:
                onward.send(message)

        line.on_message(pass_on)

    page.route_web_socket("**/_stcore/stream", route)
    page.goto(f"{server.url}/mask")
    settled(page)
    listens(page)
    carry(page, "body", portrait)
    opened(page)
    assert lost
