"""Plays the life of a small production, and says what happened. Arguments: --short, and names of scenarios."""

import os
import pathlib
import sys
import time
import traceback
from collections.abc import Callable

import draining
import killing
import lagging
import migrating
import outages
import pooling
import rolling
import skewed
from programs import Broken, expect, run
from scene import Scene, scene

ON_A_CLUSTER: dict[str, Callable[[Scene], str]] = {
    "rolling": rolling.rolling_restarts,
    "draining": draining.open_requests,
    "killed": killing.killed_pods,
    "migrated": migrating.next_schema,
    "pooled": pooling.pooled,
    "restarted": outages.restarted_database,
    "silent": lagging.silent_standby,
    "promoted": outages.promoted_standby,
    "skewed": skewed.skewed_clocks,
    "continued": outages.continued_primary,
}
ALONE = ["full", "locked"]
LONG = {"silent", "continued", "skewed"}
"""Not in the short form."""


def play(name: str, body: Callable[[], str]) -> bool:
    start = time.monotonic()
    try:
        words, passed = body(), True
    except Broken as error:
        words, passed = str(error), False
    except Exception:
        words, passed = traceback.format_exc(), False
    print(f"{'passed' if passed else 'FAILED'}  {name} ({time.monotonic() - start:.0f} s): {words}", flush=True)
    return passed


def alone(name: str) -> str:
    """One server on a small disk, which is mounted where no one else sees it."""
    # Who isn't root is, in a namespace of their own.
    own = [] if os.geteuid() == 0 else ["--map-root-user"]
    program = pathlib.Path(__file__).with_name("single.py")
    code, output = run(["unshare", "--mount", *own, sys.executable, "-B", str(program), name], seconds=300)
    expect(code == 0, output.strip())
    return output.strip()


def main(arguments: list[str]) -> int:
    is_short = "--short" in arguments
    chosen = [argument for argument in arguments if argument != "--short"]
    names = [*ON_A_CLUSTER, *ALONE]
    unknown = set(chosen) - set(names)
    if unknown:
        print(f"there is no scenario {', '.join(unknown)}; there are {', '.join(names)}", file=sys.stderr)
        return 2
    chosen = chosen or [name for name in names if not (is_short and name in LONG)]
    results = [play(name, lambda: alone(name)) for name in ALONE if name in chosen]
    if set(chosen) & ON_A_CLUSTER.keys():
        try:
            with scene(is_short) as cluster:
                results += [
                    play(name, lambda: body(cluster)) for name, body in ON_A_CLUSTER.items() if name in chosen]
        except Broken as error:
            print(f"FAILED  the small production doesn't start, or doesn't end: {error}")
            results.append(False)
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
