"""Components of our own: a folder each, with its .html, its .css and its .js."""

import re
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w./-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def register(folder: Path, *, isolate_styles: bool = True) -> ComponentRenderer:
    """Register the component of a folder, whose files are named like the folder; what is returned draws it."""
    text = {kind: (folder / f"{folder.name}.{kind}").read_text() for kind in ("html", "css")}
    js = joined(folder / f"{folder.name}.js")
    return st.components.v2.component(f"masking_studio.{folder.name}", **text, js=js, isolate_styles=isolate_styles)


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
