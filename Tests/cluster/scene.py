"""The small production that every scenario is played on."""

import contextlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Iterator

from balancer import Balancer
from company import Company, Site, found, open_site
from history import History
from load import working
from pods import Deployment
from postgres import USER, Pair
from programs import expect
from reckoning import reckon


class Scene:
    def __init__(self, folder: pathlib.Path, is_short: bool):
        self.folder, self.is_short = folder, is_short
        databases = folder / "postgres"
        databases.mkdir()
        if USER:
            shutil.chown(databases, USER)
        self.pair = Pair(databases)
        self.balancer: Balancer | None = None
        self.deployment: Deployment | None = None
        self.company: Company | None = None
        self.more_settings: Callable[[], dict[str, str]] = dict
        """What pods are started with beside that, from now on."""

    def times(self, short: int, full: int) -> int:
        return short if self.is_short else full

    def settings(self, name: str) -> dict[str, str]:
        return {
            "POLIER_DATABASE_URL": self.pair.url(name), "POLIER_PUBLIC_URL": self.url} | self.more_settings()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.balancer.port}"

    def start(self) -> None:
        self.pair.start()
        self.balancer = Balancer(self.folder)
        self.deployment = Deployment(self.folder, self.balancer, self.settings)
        self.deployment.scale_to(3)

    def stop(self) -> None:
        if self.deployment:
            self.deployment.stop()
        if self.balancer:
            self.balancer.stop()
        self.pair.stop()

    def site(self, keeps_connections: bool = True) -> Site:
        """A fresh one, so that one scenario's faults don't show in the next one."""
        if self.company is None:
            self.company = found(self.balancer.port, self.settings("limits"))
        return open_site(self.company, self.balancer.port, keeps_connections)

    @contextlib.contextmanager
    def at_work(self, keeps_connections: bool = True) -> Iterator[Site]:
        """People at work around what is done to the servers; afterwards the books are checked."""
        site = self.site(keeps_connections)
        with working(site):
            yield site
        self.deployment.expect_alive()
        reckon(site)


@contextlib.contextmanager
def scene(is_short: bool) -> Iterator[Scene]:
    # Short, because a socket's path holds 107 bytes at most, and where PostgreSQL's user may go.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="polier-cluster.", dir="/tmp"))
    folder.chmod(0o711)
    made = Scene(folder, is_short)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        if os.environ.get("CLUSTER_KEEP"):
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder)


def expect_calm(history: History) -> None:
    """Not one request failed."""
    troubles = history.troubles
    shown = "\n  ".join(f"{trouble.kind}: {trouble.words}" for trouble in troubles[:5])
    expect(not troubles, f"{len(troubles)} of {history.answers + len(troubles)} requests failed:\n  {shown}")
