"""A pod is killed. What it was just doing is lost to the caller, who asks again under the same key; nothing else is."""

import random
import time

from company import Site
from history import History
from postgres import Lock
from programs import expect, wait_for
from scene import Scene


def killed_pods(scene: Scene) -> str:
    kills = scene.times(short=2, full=6)
    broken_off = 0
    # On a connection that had carried an answer before, haproxy breaks off without a word, in its log too.
    with scene.at_work(keeps_connections=False) as site:
        for _ in range(kills):
            troubles = len(site.history.troubles)
            slot = kill_one_at_work(scene, site)
            # The next one may take the same slot.
            time.sleep(1)
            broken_off += expect_only_its_own(scene, site.history, troubles, slot)
            scene.deployment.add()
    expect(broken_off >= kills, "no request was under way on a pod that was killed")
    return f"{kills} killed, {broken_off} of {site.history.answers} requests broken off, all of them on those pods"


def kill_one_at_work(scene: Scene, site: Site) -> str:
    """Returns its slot."""
    pods = {pod.name: pod for pod in scene.deployment.pods.values()}
    # Someone's request is held up in the database, so that it is certainly under way.
    with Lock(scene.pair.primary, random.choice(site.plenty).rsplit("/", 1)[1]) as lock:
        wait_for("a request is under way", lambda: pods.keys() & set(lock.waiting()))
        return scene.deployment.kill(pods[random.choice(sorted(pods.keys() & set(lock.waiting())))])


def expect_only_its_own(scene: Scene, history: History, first: int, slot: str) -> int:
    """Every request that failed was one that the killed pod had taken and not answered. Returns how many."""
    troubles = history.troubles[first:]
    for trouble in troubles:
        expect(trouble.kind == "lost", f"a request failed otherwise: {trouble}")
        passage = scene.balancer.passage(trouble.request)
        expect(
            passage and passage.slot == slot and passage.reached and passage.ended_by_pod,
            f"a request failed that wasn't under way on {slot}: {trouble}, {passage}")
    return len(troubles)
