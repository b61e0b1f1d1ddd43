"""Recipes from a command line: methods, files, lists and links, set and swept."""

import json

import pytest

from masking_core import Edge, KMeans, ParameterError, Prompts, Recipe, Watershed
from masking_core.batch.recipes import from_file, read_recipes
from masking_core.sharing.links import to_query


def test_every_sweep_makes_a_recipe_of_each_combination_of_what_is_set():
    found = read_recipes(["kmeans", "watershed"], ["edge.grow=2"], ["edge.feather=1,3", "clean.specks=0,9"])
    assert len(found) == 8
    assert list(found)[:2] == ["kmeans edge.feather=1 clean.specks=0", "kmeans edge.feather=1 clean.specks=9"]
    last = found["watershed edge.feather=3 clean.specks=9"]
    assert last == Recipe(method=Watershed(), edge=Edge(grow=2, feather=3)).changed_at("clean.specks", 9)


def test_a_file_holds_a_recipe_or_a_list_whose_names_are_told_apart(tmp_path):
    one, other = Recipe(method=KMeans(objects=4)), Recipe(method=Watershed())
    (tmp_path / "mine.json").write_text(one.to_json())
    assert read_recipes([str(tmp_path / "mine.json")]) == {"mine": one}
    listed = [{"title": "a/b", "recipe": json.loads(each.to_json())} for each in (one, other, one)]
    found = from_file("list.json", json.dumps(listed).encode())
    assert list(found.values()) == [one, other, one]
    assert len(found) == 3
    assert next(iter(found)) == "a_b"


def test_a_link_of_the_studio_is_its_recipe():
    recipe = Recipe(method=KMeans(objects=5))
    query = "&".join(f"{name}={value}" for name, value in to_query("cat", recipe, Prompts()).items())
    assert read_recipes([f"http://localhost:8501/?{query}"]) == {"kmeans": recipe}


@pytest.mark.parametrize("text", ["[]", "[1]", '[{"title": "a"}]', '[{"title": "a", "recipe": {}}, {"recipe": {}}]'])
def test_a_list_without_titles_or_recipes_is_a_sentence(text):
    with pytest.raises(ParameterError, match="list of recipes needs"):
        from_file("list.json", text.encode())


def test_what_is_no_recipe_or_no_setting_is_a_sentence():
    with pytest.raises(ParameterError, match="A recipe is a file, a link of the studio, or one of the methods"):
        read_recipes(["nonsense"])
    with pytest.raises(ParameterError, match="--set takes NAME=VALUE; 'objects' was given"):
        read_recipes(["kmeans"], ["objects"])
    with pytest.raises(ParameterError, match="--sweep takes NAME=VALUE,VALUE"):
        read_recipes(["kmeans"], [], ["objects"])
