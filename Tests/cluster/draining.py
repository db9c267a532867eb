"""A pod is asked to end while it has requests that take longer than its drain time, one of them only half sent."""

import json
import socket
import threading
import uuid

from client import Client, Reply
from history import History
from pods import Pod
from postgres import Lock
from programs import expect, free_port, wait_for
from scene import Scene


def open_requests(scene: Scene) -> str:
    site = scene.site()
    pod = Pod(scene.folder, "draining", free_port(), scene.settings("draining") | {"POLIER_DRAIN_SECONDS": "1"})
    try:
        pod.wait_until_ready()
        history = History()
        client = Client(pod.port, history, site.company.manager.token)
        material = site.plenty[0]
        answers: list[Reply | None] = []

        def take() -> None:
            body = {"delta": -1, "note": "drained"}
            answers.append(client.attempt("POST", f"{material}/adjust-quantity", body, str(uuid.uuid4())))

        with Lock(scene.pair.primary, material.rsplit("/", 1)[1]) as lock:
            taking = threading.Thread(target=take)
            taking.start()
            wait_for("the request is under way", lambda: pod.name in lock.waiting())
            slow = SlowRequest(pod.port, f"/api/v1{site.plenty[1]}/adjust-quantity", site.company.manager.token)
            pod.terminate()
            wait_for("the pod takes no new connections", lambda: pod.status("/livez") == 0, seconds=10)
            expect(not answers and pod.program.runs, "the pod gave up what it was doing")
        taking.join()
        expect(answers[0], f"the open request failed: {history.troubles}")
        expect(answers[0].headers["Connection"] == "close", "the last answer doesn't say that the connection ends")
        status = slow.finish()
        expect(status == 200, f"the request that was still being sent got {status}")
        pod.expect_end()
    finally:
        pod.program.kill()
    return "a request that waited for a lock and one that was half sent were answered after the drain time"


class SlowRequest:
    """Sends half of its body, and the rest when it is told to."""

    def __init__(self, port: int, path: str, token: str):
        body = json.dumps({"delta": 1, "note": "slow"}).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
        self.rest = body[10:]
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.connection.sendall(head.encode() + body[:10])

    def finish(self) -> int:
        with self.connection:
            self.connection.sendall(self.rest)
            return int(self.connection.recv(1024).split(b" ")[1])
