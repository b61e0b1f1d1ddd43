import json
import zipfile
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masking_core import Cancelled, Edge, ImageError, KMeans, Manual, Prompts, Recipe, SessionError, Stack, export
from masking_core.image.levels import Levels
from masking_core.progress import listening
from masking_core.prompts import Rectangle
from masking_core.session import Session, _read


def picture(colour=(200, 30, 30)):
    rgb = np.full((30, 40, 3), 230, np.uint8)
    rgb[5:25, 10:30] = colour
    return export.png(rgb)


BOX = Prompts(marks=(Rectangle(x=10.0, y=5.0, width=20.0, height=20.0),))


def session(recipe=None):
    return Session.of(picture(), "box.png", recipe or Recipe(method=KMeans(objects=2), edge=Edge(feather=0.0)), (BOX,))


def test_a_session_opens_to_the_same_pixels():
    saved = session().save()
    again = Session.open(saved)
    assert again == session()
    assert np.array_equal(again.run().rgba, session().run().rgba)
    mask = ZipFile(BytesIO(saved)).read("mask.png")
    assert np.array_equal(np.asarray(PIL.Image.open(BytesIO(mask))), again.run().mask)


def test_a_session_is_the_same_bytes_whenever_it_is_saved(tmp_path):
    path = tmp_path / "work.mask.zip"
    path.write_bytes(session().save())
    assert Session.open(path).save() == session().save() == path.read_bytes()


def test_without_its_picture_it_asks_for_it_and_knows_it_again():
    bare = Session.open(session().save(with_picture=False))
    with pytest.raises(SessionError, match=r"without its picture: give it box\.png first"):
        bare.run()
    with pytest.raises(SessionError, match="belongs to another picture"):
        bare.with_picture(picture((0, 0, 200)))
    with pytest.raises(ImageError):
        bare.with_picture(b"nothing")
    assert np.array_equal(bare.with_picture(picture()).run().alpha, session().run().alpha)


def test_every_slice_has_its_own_marks():
    frames = [PIL.Image.new("RGB", (40, 30), (shade, 9, 9)) for shade in (10, 120, 230)]
    file = BytesIO()
    frames[0].save(file, "TIFF", save_all=True, append_images=frames[1:])
    slices = tuple(Prompts(marks=(Rectangle(x=0.0, y=0.0, width=5.0 + n, height=2.0),)) for n in range(3))
    stacked = Session.of(file.getvalue(), "stack.tif", Recipe(method=Manual(), edge=Edge(feather=0.0)), slices)
    again = Session.open(stacked.save())
    assert [again.run(n).alpha.sum() for n in range(3)] == [10, 12, 14]
    with pytest.raises(SessionError, match="slice must be a number from 0 to 2; 3 was given"):
        again.run(3)
    with pytest.raises(SessionError, match="slices must be 3 sets"):
        Session.of(file.getvalue(), "stack.tif", Recipe(method=Manual()), slices[:2])


def stack_file(frames=3):
    pages = [PIL.Image.new("RGB", (40, 30), (80 * n, 9, 9)) for n in range(frames)]
    file = BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    return file.getvalue()


def test_the_masks_of_all_slices_are_saved_whether_or_not_they_can_be_cut():
    slices = (Prompts(), BOX, Prompts())
    saved = Session.of(stack_file(), "stack.tif", Recipe(method=Manual(), edge=Edge(feather=0.0)), slices).save()
    archive = ZipFile(BytesIO(saved))
    masks = PIL.Image.open(BytesIO(archive.read("masks.tif")))
    shown = []
    for index in range(masks.n_frames):
        masks.seek(index)
        shown.append(int((np.asarray(masks) > 0).sum()))
    assert shown == [0, 400, 0]
    assert sorted(json.loads(archive.read("session.json"))["uncut"]) == ["1", "3"]
    assert Session.open(saved).slices == slices


@pytest.mark.parametrize("marks", [Prompts(), Prompts(marks=(Rectangle(x=900, y=900, width=5, height=5),))])
def test_saving_does_not_depend_on_computing(marks):
    saved = Session.of(picture(), "box.png", Recipe(method=Manual()), (marks,)).save()
    assert Session.open(saved).slices == (marks,)
    assert json.loads(ZipFile(BytesIO(saved)).read("session.json"))["uncut"]["1"].endswith(".")


def test_a_computation_nobody_wants_is_no_mask_that_failed():
    with listening(lambda *_: False), pytest.raises(Cancelled):
        session().save()


def test_other_slices_than_the_picture_has_are_refused():
    three = Session.of(stack_file(3), "stack.tif", Recipe(method=Manual()), (BOX,) * 3)
    archive = ZipFile(BytesIO(three.save()))
    for count in (1, 2, 4):
        document = json.loads(archive.read("session.json"))
        document["slices"] = (document["slices"] * 2)[:count]
        file = BytesIO()
        with ZipFile(file, "w", ZIP_DEFLATED) as forged:
            forged.writestr("session.json", json.dumps(document))
            forged.writestr("picture", archive.read("picture"))
        with pytest.raises(SessionError, match=f"marks for {count} slices, and its picture has 3: stack.tif"):
            Session.open(file.getvalue())


def test_a_deep_picture_is_shown_over_the_values_it_was_saved_with():
    deep = np.random.default_rng(0).integers(1000, 1200, (20, 30)).astype(np.uint16)
    file = BytesIO()
    PIL.Image.fromarray(deep).save(file, "TIFF")
    for levels in (Levels(), Levels(mode="full"), Levels(mode="given", black=1000, white=1100)):
        saved = Session.of(file.getvalue(), "deep.tif", Recipe(method=KMeans(objects=2)), (Prompts(),), levels).save()
        again = Session.open(saved)
        assert again.levels == levels
        assert again.stack == Stack.open(file.getvalue(), levels=levels)


def test_the_environment_limits_what_a_session_may_hold(monkeypatch):
    saved = session().save()
    monkeypatch.setenv("MASKING_MAX_SIDE", "39")
    with pytest.raises(ImageError, match="longest side may have 39"):
        Session.open(saved)


def rewritten(**changes):
    """A session whose document was tampered with."""
    archive = ZipFile(BytesIO(session().save()))
    document = {**json.loads(archive.read("session.json")), **changes}
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as forged:
        forged.writestr("session.json", json.dumps(document))
        forged.writestr("picture", archive.read("picture"))
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        picture(),
        export.zipped([]),
        export.zipped([("session.json", b"{")]),
        export.zipped([("session.json", b'{"version": NaN}')]),
        export.zipped([("session.json", b"[" * 100_000)]),
        export.zipped([(f"{n}", b"") for n in range(100)] + [("session.json", b"{}")]),
        rewritten(version=2),
        rewritten(surprise=1),
        rewritten(slices=[]),
        rewritten(slices=[{"version": 1, "marks": [{"kind": "nothing"}]}]),
        rewritten(recipe={"method": {"id": "sorcery"}}),
        rewritten(digest="../../etc/passwd"),
    ],
)
def test_what_is_no_session_is_one_sentence(data):
    with pytest.raises(SessionError) as caught:
        Session.open(data)
    assert "\n" not in str(caught.value)


def test_a_picture_that_was_exchanged_is_noticed():
    with pytest.raises(SessionError, match="not the one it was saved with"):
        Session.open(rewritten(digest="0" * 32)).run()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2000), st.binary(min_size=1, max_size=4))
def test_damaged_bytes_are_a_session_or_a_sentence(place, damage):
    data = bytearray(SAVED)
    place %= len(data) - 4
    data[place : place + len(damage)] = damage
    try:
        sentence = Session.open(bytes(data)).name
    except SessionError as error:
        sentence = str(error)
    assert sentence


SAVED = session().save()


def packed(document=b"{}", picture=b"", method=zipfile.ZIP_STORED):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("session.json", document)
        archive.writestr("picture", picture)
    return file.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_inflated_without_a_bound_is_not_opened(method):
    bomb = packed(picture=bytes(30_000_000), method=method)
    assert len(bomb) < 20_000
    with pytest.raises(SessionError, match="packed in a way that is not opened"):
        Session.open(bomb)


def test_a_member_that_is_larger_than_it_says_is_refused():
    with pytest.raises(SessionError, match="larger than 200 MB"):
        Session.open(packed(picture=bytes(200_000_001), method=zipfile.ZIP_DEFLATED))


def test_a_member_may_be_as_large_as_the_limit():
    with ZipFile(BytesIO(packed(picture=bytes(1000), method=zipfile.ZIP_DEFLATED))) as archive:
        entry = archive.getinfo("picture")
        assert _read(archive, entry, 1000) == bytes(1000)
        with pytest.raises(SessionError, match="larger than"):
            _read(archive, entry, 999)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_inside_ends_in_a_sentence(method):
    good = packed(document=bytes(range(256)) * 40, method=method)
    place = good.index(b"session.json") + 12 + 20
    for damage in range(place, min(place + 60, len(good))):
        with pytest.raises(SessionError):
            Session.open(good[:damage] + bytes([good[damage] ^ 0xFF]) + good[damage + 1 :])


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SessionError, match="cannot be found"):
        Session.open(tmp_path / "none.mask.zip")
