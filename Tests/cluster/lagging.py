"""The standby falls silent: what it hasn't got is not promised, because the primary may be lost before it is back."""

import os
import signal
import time
import uuid

from client import Client
from history import History
from programs import expect
from scene import Scene

SILENCE = 13
"""Seconds: longer than a statement may take in the database, so that its own limit is seen not to make a promise."""


def silent_standby(scene: Scene) -> str:
    scene.pair.restore()
    site = scene.site()
    history = History()
    pod = next(iter(scene.deployment.pods.values()))
    client = Client(pod.port, history, site.company.manager.token)
    body = {"delta": 1, "note": "silence"}
    key = str(uuid.uuid4())
    halted = scene.pair.standby.processes()
    for process in halted:
        os.kill(process, signal.SIGSTOP)
    try:
        start = time.monotonic()
        while time.monotonic() - start < SILENCE:
            reply = client.attempt("POST", f"{site.plenty[0]}/adjust-quantity", body, key)
            waited = time.monotonic() - start
            expect(reply is None, f"a movement was acknowledged after {waited:.0f} s without the standby having it")
    finally:
        for process in halted:
            os.kill(process, signal.SIGCONT)
    kinds = {trouble.kind for trouble in history.troubles}
    expect(kinds == {"unavailable"}, f"without the standby the pod answered otherwise: {history.troubles}")
    client.insist("POST", f"{site.plenty[0]}/adjust-quantity", body, key)
    movements = client.insist("GET", f"{site.plenty[0]}/movements").json
    count = [movement["note"] for movement in movements].count("silence")
    expect(count == 1, f"the movement is there {count} times")
    return f"{len(history.troubles)} requests got 503 meanwhile, and the same key acted once when it was back"
