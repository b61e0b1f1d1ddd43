"""What a batch has come to, from the entries of its record."""

from collections.abc import Iterable

from masking_core.batch.flags import Figures, flags
from masking_core.batch.record import Entry


def flagged(entries: Iterable[Entry]) -> list[Entry]:
    """The entries, each with its ``flags`` among those of its recipe; a failed one has none."""
    listed = list(entries)
    raised: dict[int, tuple[str, ...]] = {}
    for recipe in dict.fromkeys(entry["recipe"] for entry in listed):
        own = [index for index, entry in enumerate(listed) if entry["recipe"] == recipe and entry.get("figures")]
        found = flags([Figures(**listed[index]["figures"]) for index in own])
        raised |= dict(zip(own, found, strict=True))
    return [{**entry, "flags": list(raised.get(index, ()))} for index, entry in enumerate(listed)]
