"""The database goes away: for a moment, and permanently. The pods stay, say so, and go on by themselves."""

import signal
import time
import uuid

from client import Client
from company import Site
from history import History
from pods import Pod
from postgres import tell
from programs import expect, wait_for
from scene import Scene

PROMISED = 3
"""Seconds after the promotion of a standby within which every pod serves again."""


def restarted_database(scene: Scene) -> str:
    rounds = scene.times(short=1, full=4)
    refusals = 0
    with scene.at_work() as site:
        for _ in range(rounds):
            gone = time.monotonic()
            scene.pair.primary.stop("fast")
            refusals += expect_refusals(site, pods(scene), gone)
            scene.pair.primary.start()
            back = time.monotonic()
            wait_for("all pods serve again", lambda: all_serve(scene, site))
            expect_calm_again(site.history, back)
    return f"{rounds} restarts, {refusals} requests got 503 meanwhile, {site.history.answers} were answered"


def promoted_standby(scene: Scene) -> str:
    rounds = scene.times(short=1, full=4)
    slowest = 0.0
    refusals = acknowledged = 0
    for _ in range(rounds):
        scene.pair.restore()
        with scene.at_work() as site:
            gone = time.monotonic()
            scene.pair.primary.kill()
            refusals += expect_refusals(site, pods(scene), gone)
            scene.pair.fail_over()
            promoted = time.monotonic()
            wait_for("all pods serve again", lambda: all_serve(scene, site))
            slowest = max(slowest, time.monotonic() - promoted)
            expect_calm_again(site.history, promoted)
        acknowledged += len(site.history.taken)
    expect(slowest < PROMISED, f"after the promotion it took {slowest:.1f} s until all pods served again")
    return (
        f"{rounds} promotions, {refusals} requests got 503 meanwhile, all pods served {slowest:.1f} s after them at "
        f"most; all of {acknowledged} acknowledged movements there")


def continued_primary(scene: Scene) -> str:
    """The primary stands still, is replaced, and goes on as if nothing had been, as after a machine's long pause."""
    rounds = scene.times(short=1, full=3)
    reads = 0
    for _ in range(rounds):
        scene.pair.restore()
        with scene.at_work() as site:
            time.sleep(2)
            halted = scene.pair.primary.halt()
            try:
                time.sleep(1)
                scene.pair.fail_over()
                wait_for("all pods serve again", lambda: all_serve(scene, site))
            finally:
                for process in halted:
                    tell(process, signal.SIGCONT)
            # Who still has a connection to it, or makes a new one, would now be told of old times.
            time.sleep(8)
            scene.pair.standby.kill()
            wait_for("all pods serve again", lambda: all_serve(scene, site))
        reads += len(site.history.reads)
    return f"{rounds} times; {reads} reads, none of them of old times"


def pods(scene: Scene) -> list[Pod]:
    return list(scene.deployment.pods.values())


def expect_refusals(site: Site, pods: list[Pod], gone: float) -> int:
    """For some seconds, as an outage lasts: each pod stays in the balancer, and answers with 503 and Retry-After, to
    reads and to writes. Returns how many of the people at work got that."""
    time.sleep(1)
    own = History()
    for pod in pods:
        client = Client(pod.port, own, site.company.manager.token)
        for method, path, body in [
            ("GET", site.path, None),
            ("POST", f"{site.plenty[0]}/adjust-quantity", {"delta": 1, "note": "outage"})
        ]:
            expect(client.attempt(method, path, body) is None, f"{pod.name} answered {method} without a database")
        expect(pod.status("/readyz") == 200, f"{pod.name} takes itself out, where it should answer with 503")
    kinds = {trouble.kind for trouble in own.troubles}
    expect(kinds == {"unavailable"}, f"without a database the pods answered otherwise: {own.troubles}")
    time.sleep(1.5)
    met = site.history.since(gone)
    expect(met, "no one noticed that the database was gone")
    # Half a second of an outage in which no one was served is enough; what was under way at its start may have been.
    expect(time.monotonic() - site.history.last_answer > 0.5, "people were still served without a database")
    return len(met)


def all_serve(scene: Scene, site: Site) -> bool:
    scene.deployment.expect_alive()
    return all(serves(pod, site) for pod in pods(scene))


def serves(pod: Pod, site: Site) -> bool:
    """Whether a pod reads and writes, asked without the balancer."""
    client = Client(pod.port, History(), site.company.manager.token)
    read = client.attempt("GET", site.path)
    # Changes nothing: the amount is what it was.
    wrote = client.attempt("POST", f"{site.plenty[0]}/adjust-quantity", {"delta": 0}, str(uuid.uuid4()))
    client.close()
    return read is not None and wrote is not None


def expect_calm_again(history: History, back: float) -> None:
    """All that was refused was told so properly, and from now on nothing is."""
    now = time.monotonic()
    time.sleep(2)
    others = [trouble for trouble in history.troubles if trouble.kind != "unavailable"]
    expect(not others, f"{len(others)} requests failed otherwise than with 503: {others[:3]}")
    late = history.since(now)
    expect(not late, f"{len(late)} requests failed {now - back:.1f} s after the database came back: {late[:3]}")
