"""What was measured on: without it, no figure can be compared with one from another day."""

import datetime
import os
import pathlib
import platform
import re
import subprocess


def facts(folder: pathlib.Path) -> list[str]:
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    gigabytes = int(memory[1]) * 1024 / 1e9 if memory else 0
    return [
        f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
        f"{len(os.sched_getaffinity(0))} cores ({model[1] if model else platform.machine()}), {gigabytes:.0f} GB, "
        f"kernel {platform.release()}, {file_system(folder)}",
        ", ".join([
            first_line([os.environ["BENCH_POLIER"], "version"]),
            first_line(["swift", "--version"], r"Swift version [0-9.]+"),
            "PostgreSQL " + first_line([os.environ["POLIER_TEST_PG_BIN"] + "/postgres", "--version"], r"[0-9.]+"),
            "Node " + first_line(["node", "--version"]),
            first_line(["wrk", "--version"], r"wrk [^ ]+"),
        ]),
        "server, load and database share the machine",
    ]


def file_system(folder: pathlib.Path) -> str:
    return "data on " + first_line(["findmnt", "--noheadings", "--output", "FSTYPE", "--target", str(folder)])


def first_line(command: list[str], pattern: str = r".+") -> str:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    found = re.search(pattern, done.stdout + done.stderr)
    return found[0] if found else "unknown"
