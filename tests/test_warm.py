from masking_core.methods import METHODS
from masking_core.progress import listening
from masking_core.warm import warm_up


def test_every_method_is_made_ready():
    heard = []
    with listening(lambda fraction, doing: heard.append(doing)):
        warm_up()
    for method in METHODS.values():
        assert f"Getting {method.title} ready" in heard
