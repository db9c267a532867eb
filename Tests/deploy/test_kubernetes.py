"""The manifests: valid, whole in themselves, and in agreement with the server that they run."""

import pathlib
import re
import shutil
import tempfile
import unittest

import kubernetes_validate
import yaml

from product import DEPLOY, check_command, check_settings, ending_seconds, paths, run, settings, settings_in, version

KUBERNETES = DEPLOY / "kubernetes"
# The first in which the kubelet can sleep before a stop, and the newest that is known here.
VERSIONS = ["1.30", kubernetes_validate.latest_version()]


def rendered(overlay):
    """Every object that the overlay makes, with monitoring as its comment says."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(shutil.copytree(KUBERNETES, f"{folder}/kubernetes"), "overlays", overlay)
        file = copy / "kustomization.yaml"
        file.write_text(file.read_text().replace("# components:", "components:"))
        return list(yaml.safe_load_all(run("kubectl", "kustomize", copy)))


class Cluster:
    def __init__(self, overlay):
        self.objects = rendered(overlay)
        self.folder = KUBERNETES / "overlays" / overlay

    def of(self, kind):
        return [o for o in self.objects if o["kind"] == kind]

    def named(self, kind, name):
        return next(o for o in self.of(kind) if o["metadata"]["name"] == name)

    @property
    def pods(self):
        """The name of each workload, and the template of its pods."""
        found = {}
        for o in self.objects:
            if o["kind"] in ("Deployment", "StatefulSet"):
                found[o["metadata"]["name"]] = o["spec"]["template"]
            if o["kind"] == "CronJob":
                found[o["metadata"]["name"]] = o["spec"]["jobTemplate"]["spec"]["template"]
        return found

    def selected(self, selector):
        """The workloads whose pods a selector means."""
        wanted = selector.get("matchLabels", {})
        assert set(selector) <= {"matchLabels"}, selector
        return {n: p for n, p in self.pods.items() if wanted.items() <= p["metadata"]["labels"].items()}


def containers(pod):
    return pod["spec"].get("initContainers", []) + pod["spec"]["containers"]


def ports(pod):
    return {port["name"]: port["containerPort"] for c in containers(pod) for port in c.get("ports", [])}


def environment(container):
    return {e["name"]: e["value"] for e in container.get("env", [])}


class Manifests:
    overlay = ""

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(cls.overlay)

    @property
    def server(self):
        """The Deployment, its pods, and the container that serves."""
        deployment = self.cluster.named("Deployment", "polier")["spec"]
        return deployment, deployment["template"]["spec"], deployment["template"]["spec"]["containers"][0]

    # MARK: By themselves

    def test_kubernetes_knows_every_field(self):
        for o in self.cluster.objects:
            if o["kind"] == "ServiceMonitor":
                continue  # The operator's own.
            for version in VERSIONS:
                kubernetes_validate.validate(o, version, strict=True)

    def test_everything_is_in_the_namespace_and_restricted(self):
        labels = self.cluster.named("Namespace", "polier")["metadata"]["labels"]
        self.assertEqual(labels["pod-security.kubernetes.io/enforce"], "restricted")
        self.assertEqual({o["metadata"].get("namespace") for o in self.cluster.objects if o["kind"] != "Namespace"}, {"polier"})
        for name, pod in self.cluster.pods.items():
            with self.subTest(name):
                security = pod["spec"]["securityContext"]
                self.assertTrue(security["runAsNonRoot"] and security["runAsUser"] > 0)
                self.assertEqual(security["seccompProfile"], {"type": "RuntimeDefault"})
                self.assertEqual(pod["spec"]["automountServiceAccountToken"], False)
                self.assertEqual(pod["spec"]["enableServiceLinks"], False)
                for container in containers(pod):
                    self.assertEqual(container["securityContext"], {
                        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]}})
                    self.assertTrue({"cpu", "memory"} <= container["resources"]["requests"].keys())
                    self.assertIn("memory", container["resources"]["limits"])

    def test_what_is_named_is_there(self):
        for name, pod in self.cluster.pods.items():
            claims = {c["metadata"]["name"] for s in self.cluster.of("StatefulSet") if s["metadata"]["name"] == name
                      for c in s["spec"]["volumeClaimTemplates"]}
            volumes = {v["name"]: v for v in pod["spec"]["volumes"]}
            mounted = {m["name"] for c in containers(pod) for m in c["volumeMounts"]}
            self.assertEqual(mounted, volumes.keys() | claims, name)
            for volume in volumes.values():
                if "configMap" in volume:
                    self.cluster.named("ConfigMap", volume["configMap"]["name"])
                if "persistentVolumeClaim" in volume:
                    self.cluster.named("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"])
                if "secret" in volume:
                    self.assertIn(volume["secret"]["secretName"], ["polier", "polier-owner"] if name != "postgres" else ["postgres"])
        scaled = self.cluster.named("HorizontalPodAutoscaler", "polier")["spec"]["scaleTargetRef"]
        self.cluster.named(scaled["kind"], scaled["name"])
        for set in self.cluster.of("StatefulSet"):
            self.cluster.named("Service", set["spec"]["serviceName"])

    def test_selectors_mean_pods(self):
        for o in self.cluster.of("Deployment") + self.cluster.of("StatefulSet"):
            self.assertEqual(list(self.cluster.selected(o["spec"]["selector"])), [o["metadata"]["name"]])
        for o in self.cluster.of("PodDisruptionBudget"):
            self.assertEqual(list(self.cluster.selected(o["spec"]["selector"])), ["polier"])
        for o in self.cluster.of("Service"):
            pods = self.cluster.selected({"matchLabels": o["spec"]["selector"]})
            self.assertEqual(list(pods), [o["metadata"]["name"]])
            for port in o["spec"]["ports"]:
                self.assertIn(port["targetPort"], ports(pods[o["metadata"]["name"]]))
        for o in self.cluster.of("ServiceMonitor"):
            services = [s for s in self.cluster.of("Service")
                        if o["spec"]["selector"]["matchLabels"].items() <= s["metadata"]["labels"].items()]
            self.assertEqual([s["metadata"]["name"] for s in services], ["polier"])
            for endpoint in o["spec"]["endpoints"]:
                self.assertIn(endpoint["port"], [p["name"] for p in services[0]["spec"]["ports"]])
        for _, pod in self.cluster.pods.items():
            for spread in pod["spec"].get("topologySpreadConstraints", []):
                self.assertEqual(list(self.cluster.selected(spread["labelSelector"])), ["polier"])
        for ingress in self.cluster.of("Ingress"):
            for path in ingress["spec"]["rules"][0]["http"]["paths"]:
                service = self.cluster.named("Service", path["backend"]["service"]["name"])
                self.assertIn(path["backend"]["service"]["port"]["name"], [p["name"] for p in service["spec"]["ports"]])

    # MARK: Who may talk to whom

    def test_ways_through_the_network_lead_somewhere(self):
        for policy in self.cluster.of("NetworkPolicy"):
            meant = self.cluster.selected(policy["spec"]["podSelector"])
            if policy["metadata"]["name"] == "challenges":
                # cert-manager makes that pod, for a moment.
                continue
            self.assertTrue(meant, policy["metadata"]["name"])
            for rule in policy["spec"].get("ingress", []):
                for port in rule["ports"]:
                    for pod in meant.values():
                        self.assertIn(port["port"], ports(pod) | {n: n for n in ports(pod).values()})
                for peer in rule["from"]:
                    self.assertTrue("podSelector" not in peer or self.cluster.selected(peer["podSelector"]))
            for rule in policy["spec"].get("egress", []):
                for peer in (peer for peer in rule["to"] if "podSelector" in peer):
                    for port in rule["ports"]:
                        for pod in self.cluster.selected(peer["podSelector"]).values():
                            self.assertIn(port["port"], ports(pod))

    def test_nothing_is_open_by_default_and_the_database_only_to_the_server(self):
        closed = self.cluster.named("NetworkPolicy", "nothing")["spec"]
        self.assertEqual((closed["podSelector"], sorted(closed["policyTypes"])), ({}, ["Egress", "Ingress"]))
        self.assertTrue("ingress" not in closed and "egress" not in closed)
        reached = self.cluster.selected(self.cluster.named("NetworkPolicy", "to-database")["spec"]["podSelector"])
        reaching = {"polier", "polier-backup", "polier-drill"}
        self.assertEqual(reached.keys(), reaching)
        for policy in self.cluster.of("NetworkPolicy"):
            if "postgres" in self.cluster.selected(policy["spec"]["podSelector"]):
                for rule in policy["spec"].get("ingress", []):
                    for peer in rule["from"]:
                        self.assertEqual(peer.keys(), {"podSelector"})
                        self.assertEqual(self.cluster.selected(peer["podSelector"]).keys(), reaching)

    # MARK: In agreement with the server

    def test_the_server_knows_its_settings_and_commands(self):
        for name, pod in self.cluster.pods.items():
            for container in (c for c in containers(pod) if "polier:" in c["image"]):
                self.assertLessEqual(environment(container).keys(), settings(), name)
                self.assertTrue(container["image"].endswith(f":{version()}"), container["image"])
                check_command(container["args"])
                # Where settings and secrets are looked for, something is mounted.
                folders = [m["mountPath"] for m in container["volumeMounts"]]
                on, off = settings_in(self.cluster.folder / "polier.env")
                for key, path in (environment(container) | on | off).items():
                    if key.endswith("_FILE") or key == "POLIER_CONFIG":
                        self.assertIn(str(pathlib.PurePath(path).parent), folders, key)
                # The schema's owner is for migrations; the server's container doesn't get at that secret.
                migrates = container["args"] == ["migrate"]
                self.assertEqual(environment(container)["POLIER_DATABASE_URL_FILE"],
                                 f"/run/secrets/polier{'-owner' if migrates else ''}/database-url")
                secrets = {v["name"]: v["secret"]["secretName"] for v in pod["spec"]["volumes"] if "secret" in v}
                mounted = {secrets[m["name"]] for m in container["volumeMounts"] if m["name"] in secrets}
                self.assertEqual(mounted, {"polier", "polier-owner"} if migrates else {"polier"})

    def test_the_server_takes_the_settings_file(self):
        check_settings(self.cluster.folder / "polier.env")
        maps = [o for o in self.cluster.of("ConfigMap") if "polier.env" in o["data"]]
        self.assertEqual(len(maps), 1)
        self.assertRegex(maps[0]["metadata"]["name"], r"^polier-\w{10}$", "a change must make new pods")

    def test_the_host_is_the_same_everywhere(self):
        on, _ = settings_in(self.cluster.folder / "polier.env")
        spec = self.cluster.named("Ingress", "polier")["spec"]
        hosts = {rule["host"] for rule in spec["rules"]} | {host for tls in spec["tls"] for host in tls["hosts"]}
        self.assertEqual({f"https://{host}" for host in hosts}, {on["POLIER_PUBLIC_URL"]})

    def test_ports_and_probes_are_the_servers(self):
        _, pod, server = self.server
        values = environment(server)
        self.assertEqual(ports({"spec": pod}), {
            "http": int(values["POLIER_HTTP_PORT"]), "metrics": int(values["POLIER_METRICS_PORT"])})
        self.assertEqual(values["POLIER_HTTP_HOST"], "0.0.0.0")
        probes = {kind: server[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
        self.assertEqual({kind: get["path"] for kind, get in probes.items()},
                         {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz"})
        self.assertLessEqual({get["path"] for get in probes.values()}, paths())
        self.assertEqual({get["port"] for get in probes.values()}, {"http"})

    def test_nobody_notices_an_update(self):
        deployment, pod, server = self.server
        self.assertEqual(deployment["strategy"]["rollingUpdate"]["maxUnavailable"], 0)
        self.assertNotIn("replicas", deployment)
        self.assertGreaterEqual(self.cluster.named("HorizontalPodAutoscaler", "polier")["spec"]["minReplicas"], 3)
        sleep = server["lifecycle"]["preStop"]["sleep"]["seconds"]
        drain = int(environment(server)["POLIER_DRAIN_SECONDS"])
        self.assertLessEqual(sleep + drain + ending_seconds(), pod["terminationGracePeriodSeconds"])
        # While it drains, readyz says so for long enough to be asked.
        probe = server["readinessProbe"]
        self.assertLess(probe["periodSeconds"] * probe["failureThreshold"], drain)

    def test_the_schema_is_migrated_before_the_new_server(self):
        _, pod, server = self.server
        (migrate,) = pod["initContainers"]
        self.assertEqual(migrate["args"], ["migrate"])
        self.assertEqual(migrate["image"], server["image"])
        self.assertEqual(environment(server)["POLIER_MIGRATE"], "off")
        self.assertEqual(environment(migrate)["POLIER_CONFIG"], environment(server)["POLIER_CONFIG"])
        self.assertEqual({m["name"] for m in migrate["volumeMounts"]} - {m["name"] for m in server["volumeMounts"]}, {"owner"})

    def test_the_drill_reads_what_the_backup_writes(self):
        backup, drill = (self.cluster.named("CronJob", f"polier-{name}")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
                         for name in ["backup", "drill"])
        self.assertEqual(backup["containers"][0]["args"][-1], drill["containers"][0]["args"][-1])
        self.assertIn("--drill", drill["containers"][0]["args"])
        claims = [[v for v in pod["volumes"] if "persistentVolumeClaim" in v] for pod in [backup, drill]]
        self.assertEqual(*claims)

    def job_like_the_backup(self, patch):
        backup = self.cluster.named("CronJob", "polier-backup")["spec"]["jobTemplate"]
        job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "job"}, "spec": backup["spec"]}
        patched = yaml.safe_load(run(
            "kubectl", "patch", "--local", "--filename=-", "--output=yaml", f"--patch-file={KUBERNETES / patch}",
            input=yaml.safe_dump(job)))
        for version in VERSIONS:
            kubernetes_validate.validate(patched, version, strict=True)
        return backup, patched

    def test_a_job_before_an_update_pushes_no_nightly_backup_out(self):
        backup, patched = self.job_like_the_backup("upgrade-backup.yaml")
        (nightly,), (upgrade,) = (o["spec"]["template"]["spec"]["containers"] for o in [backup, patched])
        self.assertEqual(upgrade | {"args": []}, nightly | {"args": []})
        self.assertEqual(upgrade["args"][-1], nightly["args"][-1] + "/upgrades")
        check_command(upgrade["args"])

    def test_a_job_like_the_backup_restores_as_the_owner(self):
        backup, patched = self.job_like_the_backup("restore.yaml")
        (container,) = patched["spec"]["template"]["spec"]["containers"]
        self.assertEqual(container["image"], backup["spec"]["template"]["spec"]["containers"][0]["image"])
        self.assertEqual(environment(container)["POLIER_DATABASE_URL_FILE"], "/run/secrets/polier-owner/database-url")
        volumes = {v["name"] for v in patched["spec"]["template"]["spec"]["volumes"]}
        self.assertEqual({m["name"] for m in container["volumeMounts"]}, volumes)
        self.assertLessEqual({"backups", "owner", "secrets", "settings"}, volumes)
        check_command(container["args"])


class ManagedTests(Manifests, unittest.TestCase):
    overlay = "managed"


class StatefulSetTests(Manifests, unittest.TestCase):
    overlay = "statefulset"

    def test_the_database_has_connections_for_all(self):
        (postgres,) = self.cluster.pods["postgres"]["spec"]["containers"]
        most = int(re.search(r"max_connections=(\d+)", " ".join(postgres["args"])).group(1))
        on, _ = settings_in(self.cluster.folder / "polier.env")
        pool = int(on.get("POLIER_DATABASE_POOL", 10))
        pods = (self.cluster.named("HorizontalPodAutoscaler", "polier")["spec"]["maxReplicas"]
                + self.cluster.named("Deployment", "polier")["spec"]["strategy"]["rollingUpdate"]["maxSurge"])
        # A migration and a backup or its trial may run too, and PostgreSQL keeps three for its superuser.
        self.assertLessEqual((pods + 2) * pool, most - 3)

    def test_the_database_can_be_applied_by_itself(self):
        alone = [(o["kind"], o["metadata"]["name"]) for o in self.cluster.objects
                 if o["metadata"].get("labels", {}).get("app.kubernetes.io/name") == "postgres"]
        (script,) = {v["configMap"]["name"] for v in self.cluster.pods["postgres"]["spec"]["volumes"] if "configMap" in v}
        self.assertEqual(sorted(alone), [("ConfigMap", script), ("Service", "postgres"), ("StatefulSet", "postgres")])

    def test_postgres_writes_only_where_something_is_mounted(self):
        (postgres,) = self.cluster.pods["postgres"]["spec"]["containers"]
        mounts = {m["mountPath"] for m in postgres["volumeMounts"] if not m.get("readOnly")}
        self.assertLessEqual({"/tmp", "/var/run/postgresql", "/var/lib/postgresql/data"}, mounts)
        self.assertTrue(environment(postgres)["PGDATA"].startswith("/var/lib/postgresql/data/"))
        # The volume's root may have a lost+found, which initdb refuses.
        self.assertNotEqual(environment(postgres)["PGDATA"].rstrip("/"), "/var/lib/postgresql/data")
