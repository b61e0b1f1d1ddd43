"""Components of our own: a folder each, with its .html and .js and, if it has a look, its .css."""

import re
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w./-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def register(folder: Path, *, isolate_styles: bool = True) -> ComponentRenderer:
    """Register the component of a folder, whose files are named like the folder; what is returned draws it."""
    html, css, js = (folder / f"{folder.name}.{kind}" for kind in ("html", "css", "js"))
    return st.components.v2.component(
        f"masking_studio.{folder.name}",
        html=html.read_text(),
        css=css.read_text() if css.exists() else None,
        js=joined(js),
        isolate_styles=isolate_styles,
    )


def joined(entry: Path) -> str:
    """A JavaScript module and all that it imports as one module: a page takes a component's code as one text."""
    texts: dict[Path, str] = {}

    def visit(path: Path) -> None:
        if path in texts:
            return
        text = path.read_text()
        for name in IMPORT.findall(text):
            visit((path.parent / name).resolve())
        texts[path] = EXPORT.sub("", IMPORT.sub("", text))

    visit(entry.resolve())
    return "\n".join(texts.values())
