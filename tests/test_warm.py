import pytest

from masking_core import KMeans, Recipe
from masking_core.kernels.raster import border, nearest, simplify
from masking_core.methods import METHODS
from masking_core.progress import listening
from masking_core.warm import warm_up


def test_every_method_is_made_ready():
    heard = []
    with listening(lambda fraction, doing: heard.append(doing)):
        warm_up()
    for method in METHODS.values():
        assert f"Getting {method.title} ready" in heard


def test_kernels_of_outlines_are_made_ready():
    warm_up()
    for kernel in (border._find, border._follow, simplify._simplify, nearest._nearer):
        assert kernel.signatures


def test_what_will_be_asked_for_is_made_ready_before_everything_else():
    class Stop(Exception):
        pass

    def hear(fraction, doing):
        heard.append((fraction, doing))
        if sum(doing.startswith("Getting") for _, doing in heard) == 2:
            raise Stop
        return True

    heard = []
    with listening(hear), pytest.raises(Stop):
        warm_up(Recipe(method=KMeans(objects=3)))
    begun = [(fraction, doing) for fraction, doing in heard if doing.startswith("Getting")]
    assert [doing for _, doing in begun] == [
        "Getting K-means ready",
        f"Getting {next(iter(METHODS.values())).title} ready",
    ]
    assert begun[0][0] < begun[1][0] < 1
