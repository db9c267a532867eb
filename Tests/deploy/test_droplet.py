"""The Debian package's parts: units that systemd takes and rates, a server that tells systemd, settings that it knows."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from product import (BINARY, DEPLOY, ROOT, check_command, check_settings, clean_environment, ending_seconds, free_port, run,
                     settings, settings_in)

DROPLET = DEPLOY / "droplet"
# Systemd's own tools want an instance of the last one.
FAILED, INSTANCE = "polier-failed@.service", "polier-failed@polier-backup.service.service"
SERVICES = ["polier.service", "polier-backup.service", "polier-upgrade-backup.service", "polier-drill.service", FAILED]
UNITS = [*SERVICES, "polier-backup.timer", "polier-drill.timer"]


def values(name, key):
    return re.findall(rf"^{key}=(.*)$", (DROPLET / name).read_text(), re.M)


def installed(folder):
    """A tree with the units where the package has them, beside those of this machine's systemd that they name."""
    root = pathlib.Path(folder)
    units = root / "usr/lib/systemd/system"
    units.mkdir(parents=True)
    for unit in UNITS:
        shutil.copy(DROPLET / unit, units)
    for unit in SERVICES:
        (units / f"{unit}.d").mkdir()
        shutil.copy(DROPLET / "sandbox.conf", units / f"{unit}.d")
    for system in pathlib.Path("/lib/systemd/system").glob("*.target"):
        shutil.copy(system, units, follow_symlinks=False)
    (root / "usr/bin").mkdir()
    shutil.copy("/bin/true", root / "usr/bin/polier")
    (root / "bin").mkdir()
    shutil.copy("/bin/true", root / "bin/kill")
    return root


class DropletTests(unittest.TestCase):
    def test_systemd_takes_the_units_and_rates_them(self):
        with tempfile.TemporaryDirectory() as folder:
            root = installed(folder)
            # What it doesn't know it only mentions.
            verify = ["systemd-analyze", "verify", f"--root={root}", *(INSTANCE if u == FAILED else u for u in UNITS)]
            self.assertEqual(run(*verify, stderr=subprocess.STDOUT), "")
            for unit in SERVICES:
                rated = run("systemd-analyze", "security", "--offline=true", "--no-pager", f"--root={root}",
                            INSTANCE if unit == FAILED else unit)
                level = float(re.search(r"exposure level for \S+: ([\d.]+)", rated).group(1))
                self.assertLessEqual(level, 2.0, rated)

    def test_the_server_tells_systemd_when_it_answers(self):
        self.assertEqual(values("polier.service", "Type"), ["notify"])
        with tempfile.TemporaryDirectory() as folder:
            for name in [f"{folder}/notify", f"@polier-{os.getpid()}"]:
                with self.subTest(name), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                    manager.bind(name.replace("@", "\0"))
                    manager.settimeout(20)
                    port = free_port()
                    server = subprocess.Popen([BINARY, "serve"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                              env=clean_environment(POLIER_HTTP_PORT=str(port), NOTIFY_SOCKET=name,
                                                                    POLIER_DRAIN_SECONDS="0"))
                    try:
                        self.assertEqual(manager.recv(100), b"READY=1")
                        ready = [BINARY, "check", "--ready"]
                        run(*ready, env=clean_environment(POLIER_HTTP_PORT=str(port)))
                    finally:
                        server.terminate()
                        server.wait(30)
                    refused = subprocess.run(ready, env=clean_environment(POLIER_HTTP_PORT=str(port)), capture_output=True)
                    self.assertEqual(refused.returncode, 1)

    def test_the_server_tells_systemd_that_it_reloads_lives_and_stops(self):
        (watchdog,) = values("polier.service", "WatchdogSec")
        # It must outlast what the server gives its database (WatchdogService.patience) by nothing: that is counted apart.
        self.assertGreaterEqual(int(watchdog), 30)
        self.assertEqual(values("polier.service", "ExecReload"), ["/bin/kill -HUP $MAINPID"])
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(f"{folder}/notify")
            manager.settimeout(20)
            environment = clean_environment(POLIER_HTTP_PORT=str(free_port()), NOTIFY_SOCKET=f"{folder}/notify",
                                            WATCHDOG_USEC="2000000", POLIER_DRAIN_SECONDS="0")
            server = subprocess.Popen([BINARY, "serve"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)

            def next_but(skipped):
                while (word := manager.recv(200)) == skipped:
                    pass
                return word

            try:
                self.assertEqual(manager.recv(200), b"READY=1")
                for _ in range(3):
                    start = time.monotonic()
                    self.assertEqual(manager.recv(200), b"WATCHDOG=1")
                    self.assertLess(time.monotonic() - start, 1.5)
                before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                server.send_signal(signal.SIGHUP)
                began = next_but(b"WATCHDOG=1")
                at = int(re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=(\d+)", began).group(1))
                self.assertTrue(before <= at <= before + 20_000_000)
                self.assertEqual(next_but(b"WATCHDOG=1"), b"READY=1")
            finally:
                server.terminate()
                self.assertEqual(next_but(b"WATCHDOG=1"), b"STOPPING=1")
                self.assertEqual(server.wait(30), 0)

    def test_the_units_run_commands_that_are_there(self):
        for unit in SERVICES:
            (line,) = values(unit, "ExecStart")
            program, *arguments = line.split()
            self.assertEqual(program, "/usr/bin/polier")
            check_command(arguments)
        for line in values("sandbox.conf", "Environment"):
            self.assertIn(line.split("=")[0], settings())

    def test_there_is_time_to_end(self):
        on, _ = settings_in(DROPLET / "polier.env")
        (limit,) = values("polier.service", "TimeoutStopSec")
        self.assertLessEqual(int(on["POLIER_DRAIN_SECONDS"]) + ending_seconds(), int(limit))

    def test_users_and_folders_are_the_same_everywhere(self):
        (user,) = values("sandbox.conf", "User")
        self.assertTrue((DROPLET / "sysusers.conf").read_text().startswith(f"u {user} "))
        (state,) = values("sandbox.conf", "StateDirectory")
        (configuration,) = values("sandbox.conf", "Environment")
        self.assertEqual(configuration, "POLIER_CONFIG=/etc/polier/polier.env")
        on, _ = settings_in(DROPLET / "polier.env")
        self.assertTrue(on["POLIER_DATABASE_URL"].startswith(f"sqlite:/var/lib/{state}/"))
        (backups,) = values("polier-backup.service", "ReadWritePaths")
        self.assertEqual(values("polier-backup.service", "ExecStart")[0].split()[-1], backups)
        self.assertIn(f"d {backups} 0700 {user} {user}", (DROPLET / "tmpfiles.conf").read_text())

    def test_whatever_fails_is_reported(self):
        for unit in SERVICES:
            self.assertEqual(values(unit, "OnFailure"), [] if unit == FAILED else ["polier-failed@%n.service"], unit)
        (report,) = values(FAILED, "ExecStart")
        # As systemd runs it for a backup: the settings are the installed ones, and its database isn't needed.
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "polier.env")
            config.write_text((DROPLET / "polier.env").read_text().replace("sqlite:/var/lib/polier", "postgres://nobody@127.0.0.1:1"))
            told = run(BINARY, *report.replace("%i", "polier-backup.service").split()[1:], stderr=subprocess.STDOUT,
                       env=clean_environment(POLIER_CONFIG=str(config), JOURNAL_STREAM="1:2"))
            self.assertIn("<3>polier: polier-backup.service failed on ", told)

    def test_the_trial_restore_reads_the_nightly_backups(self):
        (nightly,), (drill,) = (values(f"polier-{name}.service", "ExecStart") for name in ["backup", "drill"])
        self.assertEqual(nightly.split()[-1], drill.split()[-1])
        self.assertIn("--drill", drill.split())

    def test_backups_before_upgrades_push_no_nightly_one_out(self):
        (nightly,), (upgrade,) = (values(f"polier-{name}.service", "ExecStart") for name in ["backup", "upgrade-backup"])
        self.assertNotEqual(nightly.split()[-1], upgrade.split()[-1])
        self.assertIn(f"d {upgrade.split()[-1]} 0700 polier polier", (DROPLET / "tmpfiles.conf").read_text())
        # The script runs with the units of the version before: of one that has none for upgrades too.
        for known, started in [("polier-upgrade-backup.service", "polier-upgrade-backup.service"), ("", "polier-backup.service")]:
            with tempfile.TemporaryDirectory() as folder:
                log, systemctl = pathlib.Path(folder, "log"), pathlib.Path(folder, "systemctl")
                systemctl.write_text(f"""#!/bin/sh
case "$1" in cat) [ "$2" = "{known}" ];; start) echo "$2" >>"{log}";; esac
""")
                systemctl.chmod(0o755)
                script = (DROPLET / "preinst").read_text().replace("[ -d /run/systemd/system ]", "true")
                path = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
                # An older version is on its way back, and could read nothing that this one makes.
                run("sh", "-c", script, "preinst", "upgrade", "0.2.0", "0.1.0", env=path)
                self.assertFalse(log.exists())
                for versions in [[], ["0.1.0", "0.2.0"]]:
                    log.unlink(missing_ok=True)
                    run("sh", "-c", script, "preinst", "upgrade", *versions, env=path)
                    self.assertEqual(log.read_text().split(), [started])

    def test_the_server_takes_the_settings(self):
        # The file names folders of the installed machine: here its database is replaced by the environment's.
        check_settings(DROPLET / "polier.env")

    def test_the_proxy_asks_where_the_server_listens(self):
        run("caddy", "validate", "--adapter", "caddyfile", "--config", DROPLET / "Caddyfile")
        listens = re.search(r"POLIER_HTTP_PORT, (\d+)", " ".join(run(BINARY, "help", "serve").split())).group(1)
        self.assertIn(f"reverse_proxy 127.0.0.1:{listens} ", (DROPLET / "Caddyfile").read_text())
        on, off = settings_in(DROPLET / "polier.env")
        self.assertIn("127.0.0.1", on["POLIER_TRUSTED_PROXIES"].split(","))
        self.assertIn(f"{off['POLIER_PUBLIC_URL'].removeprefix('https://')} {{", (DROPLET / "Caddyfile").read_text())

    def test_the_package_takes_every_file(self):
        script = (ROOT / "scripts/make-deb").read_text()
        for file in DROPLET.iterdir():
            self.assertRegex(script, rf"\b{re.escape(file.name)}\b")
        for name in ["preinst", "postinst", "prerm", "postrm"]:
            run("sh", "-n", DROPLET / name)
