"""The pods' clocks are wrong, each by another amount: what happened in which order doesn't hang on them."""

import itertools

from preloading import compiled
from scene import Scene

OFFSETS = (0, 90, -90)
"""Seconds."""


def skewed_clocks(scene: Scene) -> str:
    library = compiled("clock.c", scene.folder)
    offsets = itertools.cycle(OFFSETS)
    scene.more_settings = lambda: {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(next(offsets))}
    try:
        # Each pod that joins gets the next clock, so that there is one of each.
        scene.deployment.roll()
        scene.deployment.wait_for_ends()
        with scene.at_work() as site:
            for _ in range(scene.times(short=1, full=3)):
                scene.deployment.roll()
            scene.deployment.wait_for_ends()
    finally:
        scene.more_settings = dict
        scene.deployment.roll()
        scene.deployment.wait_for_ends()
    return f"{site.history.answers} requests and {len(site.history.reads)} reads by clocks 90 s apart, all in order"
