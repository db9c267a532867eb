"""docs/proxies.md: what it says of settings is so, and proxies take its examples."""

import pathlib
import re
import subprocess
import tempfile
import unittest

from product import BINARY, ROOT, run, settings

TEXT = (ROOT / "docs/proxies.md").read_text()


def example(language):
    return re.search(rf"^```{language}\n(.*?)^```$", TEXT, re.M | re.S).group(1)


class ProxyTests(unittest.TestCase):
    def test_settings_and_their_numbers_are_the_servers(self):
        for name in re.findall(r"\bPOLIER_[A-Z_]+", TEXT):
            self.assertIn(name, settings())
        help = " ".join(run(BINARY, "help", "serve").split())
        least, most, idle = re.search(r"idle before it is closed, (\d+) to (\d+);.*POLIER_IDLE_SECONDS, (\d+)", help).groups()
        self.assertIn(f"how long an idle connection stays open: {least} to {most} seconds, {idle} by default", TEXT)
        # Those of the table keep theirs for less.
        for seconds in re.findall(r"^\| [^|]+ \| (\d+) s", TEXT, re.M):
            self.assertLess(int(seconds), int(idle))
        for header in ["x-forwarded-for", "forwarded", "x-real-ip"]:
            self.assertIn(header, help)
            self.assertIn(f"`{header}`", TEXT)

    def test_proxies_take_the_examples(self):
        with tempfile.TemporaryDirectory() as folder:
            caddyfile = pathlib.Path(folder, "Caddyfile")
            caddyfile.write_text(example("caddy"))
            run("caddy", "validate", "--adapter", "caddyfile", "--config", caddyfile)
            pem = pathlib.Path(folder, "polier.pem")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                            "/CN=polier.example.de", "-keyout", f"{folder}/key", "-out", f"{folder}/certificate"], check=True,
                           capture_output=True)
            pem.write_text(pathlib.Path(folder, "certificate").read_text() + pathlib.Path(folder, "key").read_text())
            configuration = pathlib.Path(folder, "haproxy.cfg")
            configuration.write_text(example("haproxy").replace("/etc/haproxy/polier.pem", str(pem)))
            run("haproxy", "-c", "-f", configuration)
