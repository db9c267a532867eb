"""The same work through PgBouncer, which the pods are moved behind while they serve, and away from again."""

import time

from pooler import Pooler
from programs import expect
from scene import Scene, expect_calm

SESSIONS = 6
"""Fewer than the pods have connections, so that they have to share."""


def pooled(scene: Scene) -> str:
    pooler = Pooler(scene.folder, scene.pair.primary.port, SESSIONS)
    direct = scene.deployment.settings
    try:
        scene.deployment.settings = lambda name: direct(name) | pooler.settings()
        with scene.at_work() as site:
            scene.deployment.roll()
            scene.deployment.wait_for_ends()
            time.sleep(scene.times(short=1, full=30))
            clients, servers = pooler.count("CLIENTS"), pooler.count("SERVERS")
            expect(
                clients > SESSIONS >= servers > 0,
                f"{clients} connections share {servers} sessions, which shows nothing of sharing")
            scene.deployment.settings = direct
            scene.deployment.roll()
            scene.deployment.wait_for_ends()
        expect_calm(site.history)
    finally:
        scene.deployment.settings = direct
        pooler.stop()
    return f"{site.history.answers} requests, none failed; {clients} connections of the pods shared {servers} sessions"
