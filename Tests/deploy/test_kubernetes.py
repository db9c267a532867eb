"""The manifests: valid, whole in themselves, and in agreement with the server that they run."""

import json
import pathlib
import re
import shutil
import tempfile
import unittest

import jsonschema
import kubernetes_validate
import yaml

from product import DEPLOY, check_command, check_settings, ending_seconds, paths, run, settings, settings_in, version

KUBERNETES = DEPLOY / "kubernetes"
# The first in which the kubelet can sleep before a stop, and the newest that is known here.
VERSIONS = ["1.30", kubernetes_validate.latest_version()]


def strict(schema):
    """The same, where what isn't named is refused, as 'kubectl apply' does."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: {name: strict(one) for name, one in value.items()} if key == "properties" else strict(value)
            for key, value in schema.items()}
    if "properties" in schema and schema.get("type") == "object" and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    return made


def load_schemas():
    """By group and kind, of what others define: see schemas/README.md."""
    found = {}
    for path in pathlib.Path(__file__).parent.glob("schemas/*.json"):
        one = json.loads(path.read_text())
        found[f"{one['group']}/{one['version']}", one["kind"]] = strict(one["schema"])
    return found


SCHEMAS = load_schemas()


class Texts(yaml.SafeLoader):
    """A time is a text, as it is for Kubernetes."""


Texts.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def validate(o):
    """Fails for a field that no version of Kubernetes here, or no definition of others, knows."""
    schema = SCHEMAS.get((o["apiVersion"], o["kind"]))
    if schema:
        return jsonschema.validate(o, schema)
    for known in VERSIONS:
        kubernetes_validate.validate(o, known, strict=True)


def rendered(overlay, *components, instead_of=()):
    """Every object that the overlay makes, with components as its comments say, monitoring by itself."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(shutil.copytree(KUBERNETES, f"{folder}/kubernetes"), "overlays", overlay)
        file = copy / "kustomization.yaml"
        text = file.read_text()
        for name in ("monitoring", *components):
            line = f"- ../../components/{name}\n"
            assert f"  # {line}" in text or f"Or ../../components/{name}," in text, f"{overlay} has no {name}"
            text = text.replace(f"  # {line}", f"  {line}")
            if f"  {line}" not in text:
                text = text.replace("components:\n", f"components:\n  {line}", 1)
        for name in instead_of:
            text = text.replace(f"  - ../../components/{name}\n", "")
        file.write_text(text)
        return list(yaml.load_all(run("kubectl", "kustomize", copy), Texts))


class Cluster:
    def __init__(self, overlay, *components, instead_of=()):
        self.objects = rendered(overlay, *components, instead_of=instead_of)
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


def secrets_of(volume):
    """The secrets that a volume shows, and which keys: None for all."""
    if "secret" in volume:
        return {volume["secret"]["secretName"]: None}
    return {source["secret"]["name"]: [item["key"] for item in source["secret"]["items"]] if "items" in source["secret"] else None
            for source in volume.get("projected", {}).get("sources", [])}


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
            validate(o)

    def test_everything_is_in_the_namespace_and_restricted(self):
        labels = self.cluster.named("Namespace", "polier")["metadata"]["labels"]
        self.assertEqual(labels["pod-security.kubernetes.io/enforce"], "restricted")
        self.assertEqual({o["metadata"].get("namespace") for o in self.cluster.objects if o["kind"] != "Namespace"}, {"polier"})
        for name, pod in self.cluster.pods.items():
            with self.subTest(name):
                security = pod["spec"]["securityContext"]
                self.assertTrue(security["runAsNonRoot"])
                if name == "postgres":
                    self.assertGreater(security["runAsUser"], 0)
                else:
                    # The image's, or one that the cluster chooses.
                    self.assertFalse({"runAsUser", "runAsGroup"} & security.keys())
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
                # No server's pod has what the database's superuser or its own pods have.
                own = ["polier", "polier-owner"] if name != "postgres" else ["postgres"]
                for secret, keys in secrets_of(volume).items():
                    self.assertTrue(secret in own or (secret, keys) == ("postgres-ca", ["ca.crt"]), secret)
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
            if policy["metadata"]["name"] == "challenges" or "cnpg.io/cluster" in policy["spec"]["podSelector"].get("matchLabels", {}):
                # cert-manager makes that pod, for a moment, and CloudNativePG those.
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
                        # CloudNativePG's pods aren't here.
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
                secrets = {v["name"]: secrets_of(v) for v in pod["spec"]["volumes"]}
                mounted = {secret for m in container["volumeMounts"] for secret in secrets[m["name"]]} - {"postgres-ca"}
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
        validate(patched)
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


    # MARK: Parts

    def test_a_gateway_stands_in_for_the_ingress(self):
        cluster = Cluster(self.overlay, "gateway", instead_of=["ingress"])
        for o in cluster.objects:
            if o["kind"] != "ServiceMonitor":
                validate(o)
        self.assertEqual(cluster.of("Ingress"), [])
        (gateway,) = yaml.safe_load_all((KUBERNETES / "gateway.yaml").read_text())
        validate(gateway)
        listeners = {listener["name"]: listener for listener in gateway["spec"]["listeners"]}
        for route in cluster.of("HTTPRoute"):
            (parent,) = route["spec"]["parentRefs"]
            self.assertEqual((parent["name"], parent["namespace"]), (gateway["metadata"]["name"], gateway["metadata"]["namespace"]))
            allowed = listeners[parent["sectionName"]]["allowedRoutes"]["namespaces"]["selector"]["matchLabels"]
            self.assertEqual(allowed, {"kubernetes.io/metadata.name": route["metadata"]["namespace"]})
            on, _ = settings_in(cluster.folder / "polier.env")
            self.assertEqual([f"https://{host}" for host in route["spec"]["hostnames"]], [on["POLIER_PUBLIC_URL"]])
            for rule in route["spec"]["rules"]:
                for backend in rule.get("backendRefs", []):
                    service = cluster.named("Service", backend["name"])
                    self.assertIn(backend["port"], [p["port"] for p in service["spec"]["ports"]])
        requests = cluster.named("NetworkPolicy", "requests")["spec"]["ingress"]
        self.assertEqual(requests[0]["from"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"],
                         gateway["metadata"]["namespace"])

    def test_no_ingress_controller_is_assumed(self):
        self.assertNotIn("ingressClassName", self.cluster.named("Ingress", "polier")["spec"])
        for path in KUBERNETES.rglob("*.yaml"):
            self.assertNotIn("nginx", path.read_text(), path)

    def test_a_relay_and_a_store_in_the_cluster_are_reached(self):
        cluster = Cluster(self.overlay, "inside")
        for name, workloads in {"to-relay": ["polier"], "to-store": ["polier-backup", "polier-drill"]}.items():
            policy = cluster.named("NetworkPolicy", name)
            validate(policy)
            self.assertEqual(list(cluster.selected(policy["spec"]["podSelector"])), workloads)
            (rule,) = policy["spec"]["egress"]
            self.assertTrue(all(peer.keys() == {"namespaceSelector"} for peer in rule["to"]))

    def test_the_cluster_may_choose_users_and_groups(self):
        pods = Cluster(self.overlay, "any-user").pods
        for name in ["polier", "polier-backup", "polier-drill"]:
            self.assertEqual(pods[name]["spec"]["securityContext"], {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}})


class ManagedTests(Manifests, unittest.TestCase):
    overlay = "managed"


class CloudNativePGTests(Manifests, unittest.TestCase):
    overlay = "cloudnative-pg"

    @property
    def database(self):
        return self.cluster.named("Cluster", "postgres")["spec"]

    def test_it_fails_over_without_loss_and_backs_up(self):
        self.assertEqual(self.database["instances"], 3)
        self.assertEqual(self.database["postgresql"]["synchronous"], {"method": "any", "number": 1})
        (plugin,) = self.database["plugins"]
        self.assertTrue(plugin["isWALArchiver"])
        self.cluster.named("ObjectStore", plugin["parameters"]["barmanObjectName"])
        backup = self.cluster.named("ScheduledBackup", "postgres")["spec"]
        self.assertEqual((backup["cluster"]["name"], backup["pluginConfiguration"]["name"]), ("postgres", plugin["name"]))
        self.assertEqual(len(backup["schedule"].split()), 6)
        self.assertNotIn("enableSuperuserAccess", self.database)

    def test_it_goes_back_to_a_minute(self):
        cluster = Cluster(self.overlay, "recovery")
        database = cluster.named("Cluster", "postgres")
        validate(database)
        recovery = database["spec"]["bootstrap"]["recovery"]
        self.assertEqual(database["spec"]["bootstrap"].keys(), {"recovery"})
        (origin,) = database["spec"]["externalClusters"]
        self.assertEqual(recovery["source"], origin["name"])
        # It reads what the one before wrote, and writes elsewhere.
        before = self.database["plugins"][0]["parameters"]
        self.assertEqual(origin["plugin"]["parameters"], before)
        self.assertNotEqual(database["spec"]["plugins"][0]["parameters"]["serverName"], before["serverName"])
        initdb = self.database["bootstrap"]["initdb"]
        self.assertEqual([recovery[key] for key in ("database", "owner", "secret")], [initdb[key] for key in ("database", "owner", "secret")])

    def test_all_that_ask_the_database_know_its_authority(self):
        for name in ["polier", "polier-backup", "polier-drill"]:
            (secrets,) = (v for v in self.cluster.pods[name]["spec"]["volumes"] if v["name"] == "secrets")
            sources = [source["secret"]["name"] for source in secrets["projected"]["sources"]]
            self.assertEqual(sources, ["polier", "postgres-ca"], name)

    def test_its_pods_are_reached_by_ours_and_the_operator_alone(self):
        policy = self.cluster.named("NetworkPolicy", "database")["spec"]
        self.assertEqual(policy["podSelector"]["matchLabels"], {"cnpg.io/cluster": "postgres"})
        ours, theirs = policy["ingress"]
        self.assertEqual(self.cluster.selected(ours["from"][0]["podSelector"]).keys(),
                         {"polier", "polier-backup", "polier-drill"})
        self.assertEqual([port["port"] for port in ours["ports"]], [5432])
        self.assertEqual({port["port"] for port in theirs["ports"]}, {5432, 8000})

    def test_the_database_has_connections_for_all(self):
        most = int(self.database["postgresql"]["parameters"]["max_connections"])
        pods = (self.cluster.named("HorizontalPodAutoscaler", "polier")["spec"]["maxReplicas"]
                + self.cluster.named("Deployment", "polier")["spec"]["strategy"]["rollingUpdate"]["maxSurge"])
        self.assertLessEqual((pods + 2) * 10, most - 3)


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
