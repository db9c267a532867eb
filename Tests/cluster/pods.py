"""The servers, as a cluster runs them: three of them, replaced one by one."""

import os
import pathlib
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from balancer import Balancer
from programs import Broken, Program, expect, run, wait_for

POLIER = os.environ["CLUSTER_POLIER"]
GRACE = 30
"""Seconds after SIGTERM in which a pod must have ended, as in the manifests: then Kubernetes kills it."""


def migrate(settings: dict[str, str]) -> None:
    """What a pod's init container does."""
    code, output = run([POLIER, "migrate"], settings)
    expect(code == 0, f"polier migrate ended with {code}: {output}")


class Pod:
    """`polier serve` with a cluster's settings: migrated beforehand, the log for machines."""

    def __init__(self, folder: pathlib.Path, name: str, port: int, settings: dict[str, str]):
        self.name, self.port = name, port
        self.program = Program(folder / f"{name}.log", [POLIER, "serve"], {
            "POLIER_HTTP_PORT": str(port), "POLIER_MIGRATE": "off", "POLIER_LOG_FORMAT": "json",
            "POLIER_TRUSTED_PROXIES": "127.0.0.1", "POLIER_WRITES_PER_MINUTE": "0"} | settings)

    def status(self, path: str) -> int:
        """0 where no one answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def wait_until_ready(self) -> "Pod":
        def is_ready() -> bool:
            expect(self.program.runs, f"{self.name} ended:\n{self.program.last_words()}")
            return self.status("/readyz") == 200

        wait_for(f"{self.name} is ready", is_ready)
        return self

    def terminate(self) -> None:
        self.terminated = time.monotonic()
        self.program.signal(signal.SIGTERM)

    def expect_end(self) -> None:
        """It ends by itself, in time, and without a complaint."""
        code = self.program.exit_code(max(0.0, self.terminated + GRACE - time.monotonic()))
        expect(code == 0, f"{self.name} ended with {code}:\n{self.program.last_words()}")


class Deployment:
    """Three pods behind the balancer."""

    def __init__(self, folder: pathlib.Path, balancer: Balancer, settings: Callable[[str], dict[str, str]]):
        self.folder, self.balancer = folder, balancer
        self.settings = settings
        """What a pod of that name is started with."""
        self.pods: dict[str, Pod] = {}
        self.ending: list[Pod] = []
        self.count = 0

    def scale_to(self, count: int) -> None:
        while len(self.pods) < count:
            self.add()

    def add(self) -> Pod:
        """Starts one more and waits until it gets requests."""
        for pod in self.ending:
            if not pod.program.runs:
                pod.expect_end()
        self.ending = [pod for pod in self.ending if pod.program.runs]
        busy = {pod.port for pod in [*self.pods.values(), *self.ending]}
        slot = next((slot for slot, port in self.balancer.ports.items() if port not in busy), None)
        if slot is None:
            raise Broken("there is no slot for one more pod")
        self.count += 1
        name = f"pod{self.count}"
        migrate(self.settings(name))
        pod = Pod(self.folder, name, self.balancer.ports[slot], self.settings(name)).wait_until_ready()
        self.pods[slot] = pod
        wait_for(f"{name} gets requests", lambda: slot in self.balancer.up())
        return pod

    def roll(self) -> None:
        """A new pod for each: first the new one is ready, then the old one is asked to end, which no one waits for."""
        for slot, pod in list(self.pods.items()):
            self.add()
            del self.pods[slot]
            pod.terminate()
            self.ending.append(pod)

    def wait_for_ends(self) -> None:
        for pod in self.ending:
            pod.expect_end()
        self.ending = []

    def kill(self, pod: Pod) -> str:
        """Kills one without a warning. Returns its slot."""
        slot = next(slot for slot, other in self.pods.items() if other is pod)
        del self.pods[slot]
        pod.program.kill()
        return slot

    def expect_alive(self) -> None:
        for pod in self.pods.values():
            expect(pod.program.runs, f"{pod.name} ended:\n{pod.program.last_words()}")

    def stop(self) -> None:
        for pod in [*self.pods.values(), *self.ending]:
            pod.program.kill()
