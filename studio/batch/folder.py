"""The folder of a batch on the server: what was dropped, how it is cut, and the results."""

import json
import re
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_urlsafe

from masking_core import ParameterError, Prompts, Recipe
from masking_core.batch.find import Picture, pictures_of
from masking_core.batch.item import Item
from masking_core.batch.marks import read_marks
from masking_core.batch.plan import Settings, plan
from masking_core.batch.record import Entry, as_csv
from masking_core.image.limits import in_force
from masking_core.progress import report

ROOT = Path(tempfile.gettempdir()) / "masking-studio-batches"
LIFE = 24 * 3600
"""Seconds after which a folder that nobody used is removed."""
MOST = 5_000
"""Pictures times recipes of one batch."""
DOCUMENT, PICTURES, TRUTH, MARKS, RESULTS = "batch.json", "pictures", "truth", "marks", "results"

Files = Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Folder:
    """One batch by its id, which nobody can guess and which is the only way to it."""

    id: str

    @classmethod
    def create(
        cls, pictures: Files, truths: Files, recipes: Mapping[str, Recipe], marks: str, contents: Sequence[str]
    ) -> "Folder":
        """Write down a new batch, and check it.

        Raises:
            ParameterError: see :func:`masking_core.batch.plan.plan`; or they are too many.
        """
        sweep()
        folder = cls(token_urlsafe(16))
        try:
            for place, files in ((PICTURES, pictures), (TRUTH, truths)):
                _write(folder.path / place, files)
            listed = {name: json.loads(recipe.to_json()) for name, recipe in recipes.items()}
            document = {"recipes": listed, "marks": marks, "contents": list(contents)}
            (folder.path / DOCUMENT).write_text(json.dumps(document))
            (folder.path / MARKS).mkdir()
            count = len(folder.items())
            if count > MOST:
                raise ParameterError(f"A batch may have at most {MOST:,} results; these would be {count:,}.")
        except BaseException:
            shutil.rmtree(folder.path, ignore_errors=True)
            raise
        return folder

    @classmethod
    def known(cls, id: str) -> "Folder | None":
        """The batch of that id, if its folder is still there."""
        folder = cls(id)
        return folder if re.fullmatch(r"[\w-]{16,64}", id) and (folder.path / DOCUMENT).is_file() else None

    @property
    def path(self) -> Path:
        """Where it is."""
        return ROOT / self.id

    @property
    def results(self) -> Path:
        """Where its results are."""
        return self.path / RESULTS

    def items(self) -> list[Item]:
        """Everything to be done, as it was mended since.

        Raises:
            ParameterError: see :func:`masking_core.batch.plan.plan`.
        """
        document = json.loads((self.path / DOCUMENT).read_text())
        recipes = {name: Recipe.from_json(json.dumps(plain)) for name, plain in document["recipes"].items()}
        settings = Settings(
            recipes=recipes,
            out=str(self.results),
            kinds=tuple(document["contents"]),
            marks=read_marks(document["marks"]),
            marks_in={"prompts": str(self.path / MARKS)} if any((self.path / MARKS).rglob("*.json")) else {},
            truth=self._truth(),
            limits=in_force(),
        )
        return [self._mended(item) for item in plan(pictures_of(self._inputs()), settings)]

    def mend(self, item: Item, recipe: Recipe, prompts: Prompts) -> None:
        """Cut one picture by another recipe and other marks from now on."""
        stem = Picture(item.source, item.name).stem
        for path, text in (
            (self.path / MARKS / f"{stem}.json", prompts.to_json()),
            (self._recipe_of(item), recipe.to_json()),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def pack(self, entries: Iterable[Entry]) -> Path:
        """The results and a manifest, as CSV and JSON, in one ZIP on disk."""
        path = self.path / "results.zip"
        listed = list(entries)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for number, entry in enumerate(listed):
                report(number / len(listed), "Packing the results")
                for file in entry["files"] if entry["key"] else ():
                    archive.write(self.results / file["path"], file["path"])
            archive.writestr("manifest.csv", as_csv(listed))
            archive.writestr("manifest.json", json.dumps(listed, indent=1, ensure_ascii=False))
        return path

    def _inputs(self) -> list[str]:
        archives = sorted(map(str, (self.path / PICTURES).glob("*.zip")))
        return [str(self.path / PICTURES), *archives]

    def _truth(self) -> str:
        files = sorted((self.path / TRUTH).iterdir()) if (self.path / TRUTH).is_dir() else []
        if len(files) == 1 and files[0].suffix.lower() == ".zip":
            return str(files[0])
        return str(self.path / TRUTH) if files else ""

    def _recipe_of(self, item: Item) -> Path:
        return self.path / "mended" / item.recipe_name / f"{item.name}.json"

    def _mended(self, item: Item) -> Item:
        path = self._recipe_of(item)
        if not path.is_file():
            return item
        return replace(item, recipe=Recipe.from_json(path.read_bytes()))


def sweep(now: float | None = None) -> None:
    """Remove the folders that nobody used for a day."""
    moment = time.time() if now is None else now
    for folder in ROOT.glob("*") if ROOT.is_dir() else ():
        if moment - folder.stat().st_mtime > LIFE:
            shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, files: Files) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files:
        path = folder / Path(name.replace("\\", "/")).name
        if path.exists():
            raise ParameterError(f"Two files are called {path.name}: rename one, or put them in folders of a ZIP.")
        path.write_bytes(data)
