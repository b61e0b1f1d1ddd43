"""All that the visitors of one server share: the workers and the cache."""

from dataclasses import dataclass, field

import streamlit as st

from masking_core import Recipe, Stack, allocator, processors
from masking_core.image import apart
from masking_core.warm import warm_up
from studio.compute import visitors
from studio.compute.cache import Cache
from studio.compute.job import Job
from studio.compute.memory import Collector, Trimmer
from studio.compute.room import Room
from studio.compute.visitors import Visitor, when_one_leaves
from studio.compute.workers import Workers
from studio.settings import settings

CORES = processors.count()
YOUNG = 0.5
"""Seconds after which other visitors' work begins beside a job of this one."""
SHARE = 0.4
"""The cache's share of the memory that the server may take."""
PATIENT = 600.0
"""Seconds that making the kernels ready may take on a new machine."""


@dataclass
class Engine:
    """Workers for what visitors look at, workers for what is made meanwhile and gives way to it, and the cache."""

    now: Workers = field(default_factory=lambda: Workers(CORES, 8 * CORES, YOUNG, "now"))
    later: Workers = field(init=False)
    cache: Cache = field(default_factory=lambda: Cache(int(SHARE * settings().memory * 1e6)))
    collector: Collector = field(default_factory=Collector)
    room: Room = field(init=False)
    trimmer: Trimmer = field(init=False)
    warming: Job | None = None

    def __post_init__(self) -> None:
        self.room = Room(int(settings().memory * 1e6), self.cache.clear)
        self.later = Workers(CORES, 2 * CORES, YOUNG, "later", before=self.now)
        self.trimmer = Trimmer(self.ended)

    def ended(self) -> int | None:
        """How many jobs have ended; None while one runs."""
        return None if self.now.running or self.later.running else self.now.ended + self.later.ended

    def leave(self, visitor: Visitor) -> None:
        """Stop what runs for a visitor who left, and give back what was kept for them."""
        self.now.cancel_all(visitor)
        self.later.cancel_all(visitor)
        for value in self.cache.leave(visitor):
            # Streamlit holds on to the arguments of a page's parts for a while, the picture among them.
            for image in value if isinstance(value, Stack) else ():
                image.forget()
        self.collector.ask()


@st.cache_resource(show_spinner=False)
def engine(_first: Recipe | None = None) -> Engine:
    """The one of this server; it begins to make the kernels ready, those of ``_first`` before the others."""
    allocator.settle()
    allocator.spare()
    made = Engine()
    if settings().decoder and apart.POSSIBLE:
        budget = apart.Budget(made.room.left, made.room.empty)
        apart.use(apart.Apart(settings().decoder, settings().time_limit, budget=budget))
    when_one_leaves(made.leave)
    # For a visitor of its own: samples are opened for nobody, and would have to wait for it.
    made.warming = made.now.submit(lambda: _make_ready(_first), Visitor(), PATIENT)
    return made


def _make_ready(first: Recipe | None) -> None:
    warm_up(*filter(None, [first]))
    if not visitors.present():  # what they keep is garbage one day
        allocator.spare()
