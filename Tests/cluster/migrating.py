"""A release with a new schema: its migration runs under load, and the pods of the release before live on it.

There is one binary here, so psql runs the next release's migrations, and does what `polier migrate` would: the same
lock, one transaction, a row that says which servers still run on it. What that shows is how this release behaves on the
schema of the next; how a release behaves on its own schema is what all other tests show."""

import hashlib
import re
import time

from pods import POLIER
from postgres import Server
from programs import expect, free_port, run
from scene import Scene, expect_calm

# Adds only: a column that this release doesn't write, and a table that refers to one of its own.
WIDENING = """
    ALTER TABLE materials ADD COLUMN supplier TEXT COLLATE "C";
    CREATE TABLE deliveries (
        company_id TEXT COLLATE "C" NOT NULL, site_id TEXT COLLATE "C" NOT NULL,
        material_id TEXT COLLATE "C" NOT NULL, number BIGINT NOT NULL,
        PRIMARY KEY (company_id, site_id, material_id, number),
        FOREIGN KEY (company_id, site_id, material_id) REFERENCES materials (company_id, site_id, id));
    CREATE INDEX materials_supplier ON materials (company_id, supplier);
    SELECT pg_sleep(0.5);"""
# What pods of the next release would write while those of this one still work beside them.
NEXT_RELEASE_WRITES = """
    UPDATE materials SET supplier = 'Sopro';
    INSERT INTO deliveries SELECT company_id, site_id, id, 1 FROM materials;"""
WHAT_IT_WROTE = """
    SELECT count(*), count(supplier), (SELECT count(*) FROM deliveries) FROM materials WHERE id IN ({})"""


def next_schema(scene: Scene) -> str:
    known = known_version()
    primary = scene.pair.primary
    with scene.at_work() as site:
        migrate(primary, known + 1, runs_with=known, statements=WIDENING)
        primary.sql(NEXT_RELEASE_WRITES)
        time.sleep(1)
        # The release is taken back, say: pods of the old one start on the new schema.
        scene.deployment.roll()
        scene.deployment.wait_for_ends()
        ids = ", ".join(f"'{material.rsplit('/', 1)[1]}'" for material in site.materials)
        counts = primary.sql(WHAT_IT_WROTE.format(ids)).split("|")
        expect(counts[0] == counts[1] and int(counts[2]) >= len(site.materials), f"the next release's data: {counts}")
    expect_calm(site.history)
    answers = site.history.answers

    with scene.at_work() as site:
        migrate(primary, known + 2, runs_with=known + 2, statements="DROP TABLE deliveries;")
        refused = expect_refused(scene, known + 2)
    expect_calm(site.history)
    # The other scenarios start pods, too.
    primary.sql(f"DELETE FROM schema_migrations WHERE version > {known}")
    return (
        f"schema {known + 1} came under {answers} requests, none failed, and all pods were started anew on it; "
        f"{known + 2} refuses them: \"{refused}\"")


def known_version() -> int:
    code, output = run([POLIER, "version"])
    found = re.search(r"\(schema (\d+)\)", output)
    expect(code == 0 and found, f"polier version says: {output}")
    return int(found[1])


def migrate(server: Server, version: int, runs_with: int, statements: str) -> None:
    name = f"{version:04}_next_release"
    checksum = hashlib.sha256(name.encode()).hexdigest()
    server.sql(f"""
        BEGIN;
        SELECT pg_advisory_xact_lock(7615433);
        {statements}
        INSERT INTO schema_migrations (version, name, checksum, runs_with, applied_at)
        VALUES ({version}, '{name}', '{checksum}', {runs_with}, {time.time_ns() // 1_000_000});
        COMMIT""")


def expect_refused(scene: Scene, version: int) -> str:
    """A server that doesn't know enough ends at once and says what to do, and so does its migration. Returns that."""
    sentences = set()
    for name, command in [("late", "serve"), ("late migration", "migrate")]:
        settings = scene.settings(name.split()[0]) | {"POLIER_MIGRATE": "off", "POLIER_HTTP_PORT": str(free_port())}
        code, output = run([POLIER, command], settings)
        sentence = output.strip()
        expect(code == 1 and "\n" not in sentence, f"polier {command} on a newer schema ended with {code}: {output}")
        expect(
            f"schema version {version}" in sentence and "needs a newer polier" in sentence,
            f"polier {command} on a newer schema says: {sentence}")
        sentences.add(sentence)
    return sentences.pop()
