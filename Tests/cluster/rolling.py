"""All pods are replaced, again and again, and no one notices."""

from scene import Scene, expect_calm


def rolling_restarts(scene: Scene) -> str:
    rounds = scene.times(short=2, full=10)
    retries = scene.balancer.retries()
    with scene.at_work() as site:
        for _ in range(rounds):
            scene.deployment.roll()
        # Those that end finish what they have begun, so the people go on until the last is gone.
        scene.deployment.wait_for_ends()
    expect_calm(site.history)
    retries = scene.balancer.retries() - retries
    answers = site.history.answers
    return f"{3 * rounds} pods replaced, {answers} requests, none failed; haproxy tried {retries} elsewhere"
