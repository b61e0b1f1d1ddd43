"""A picture is cut once it has stopped growing, and again when it was changed."""

import os

from discs import disc, save

from masking_core.batch.watch import arrivals


def names(files):
    return [picture.name for picture in files.pictures]


def test_a_picture_counts_when_two_looks_find_it_alike(pictures, tmp_path):
    looks = arrivals([str(pictures / "sub")], out=str(tmp_path / "out"), pause=0)
    assert names(next(looks)) == []
    assert names(next(looks)) == ["a.png", "deep/c.png"]
    assert names(next(looks)) == []
    save(pictures / "sub" / "new.png", disc(7)[0])
    assert names(next(looks)) == []
    (pictures / "sub" / "new.png").write_bytes((pictures / "sub" / "new.png").read_bytes() + b"more")
    os.utime(pictures / "sub" / "a.png", (1, 1))
    assert names(next(looks)) == []
    assert names(next(looks)) == ["a.png", "new.png"]
    (pictures / "sub" / "a.png").unlink()
    assert names(next(looks)) == names(next(looks)) == []
