import socket
import urllib.request

import pytest

from masking_core.errors import ParameterError
from masking_core.samples import SAMPLES, sample, samples


def test_every_sample_loads_with_no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a sample picture reached for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    for name in samples():
        image = sample(name)
        assert image.name == name
        assert 100_000 < image.pixels < 2_100_000
        assert image.rgb.std() > 20
        assert image.alpha is None
        assert sample(name) == image


def test_samples_differ_and_say_what_they_are_good_for():
    assert samples() == tuple(SAMPLES)
    assert 6 <= len(samples()) <= 8
    assert len({sample(name).digest for name in samples()}) == len(samples())
    for title, caption, _ in SAMPLES.values():
        assert title[0].isupper()
        assert caption.endswith(".")
        assert caption.count(". ") == 0


def test_an_unknown_sample_is_one_sentence():
    with pytest.raises(ParameterError, match="There is no sample picture 'lena'; there are coffee, "):
        sample("lena")
