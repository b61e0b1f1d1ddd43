"""Beside a network's name the page says under which licences it stands."""

import pytest
from streamlit.testing.v1 import AppTest

from masking_core import GraphCut, KMeans, ParameterError, Subject
from masking_core.methods.clicks import Clicks
from masking_core.models.registry import REGISTRY
from masking_core.parameters import parameters
from masking_core.steps.foreground import Foreground
from studio.recipe import networks


def page(part):
    from studio.recipe import networks

    networks.credit(part)


def said(part):
    app = AppTest.from_function(page, args=(part,)).run()
    assert not app.exception
    return [caption.value for caption in app.caption]


@pytest.mark.parametrize("part", [Subject(), GraphCut(prior="subject"), Foreground(rule="subject")])
def test_whatever_asks_the_usual_network_names_its_licences(part):
    (words,) = said(part)
    assert "U²-Net small" in words
    assert "code: Apache-2.0" in words
    assert "weights: Apache-2.0" in words
    assert "from github.com/" in words


@pytest.mark.parametrize("part", [KMeans(), GraphCut(prior="none"), Foreground(), Clicks(model="nobody-knows")])
def test_what_asks_no_network_says_nothing(part):
    assert said(part) == []


@pytest.mark.parametrize("name", REGISTRY)
def test_a_network_with_restricted_weights_is_marked_in_list_and_caption(name):
    marked = "not for commercial use" in networks.words(REGISTRY[name])
    (choice,) = (item for item in parameters(Subject) if item.name == "model")
    assert marked == ("not for commercial use" in choice.label(name)) == REGISTRY[name].non_commercial


def test_a_declaration_that_cannot_be_read_is_one_sentence_and_only_where_a_network_is_asked(monkeypatch):
    def refuse():
        raise ParameterError("own.json declares no network.")

    monkeypatch.setattr(networks.files, "known", refuse)
    assert said(Subject()) == ["own.json declares no network."]
    assert said(KMeans()) == []
