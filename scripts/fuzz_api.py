"""Checks the answers of a running server against its own description with schemathesis: as a manager, as an operator and as a
worker in turn.

    fuzz_api.py ENGINE URL FOLDER

The server has the demo company, and the operator OPERATOR with the password in POLIER_ADMIN_PASSWORD. ENGINE begins the lines
that are printed, one for each role; FOLDER is for files that no one needs afterwards. Ends with 1 where an answer isn't as
described, and with 2 where the run says nothing, because too little was reached.

POLIER_TEST_SEED changes which requests are made, and POLIER_TEST_EFFORT=10 makes ten times as many of those that are drawn.
"""

import datetime
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import fuzz_codes
import fuzz_passkey

SEED = int(os.environ.get("POLIER_TEST_SEED", "20261125"))
EFFORT = int(os.environ.get("POLIER_TEST_EFFORT", "1"))
OPERATOR = "operator@polier.example"
DEMO = "fliesen-brandt.example"
DEMO_PASSWORD = "polier-demo"
# As scripts/fuzz-api sets POLIER_PUBLIC_URL.
PASSKEY_ORIGIN = "http://localhost"
GUEST_PASSWORD = "Mörtel und Kelle"
PIN = "274961"
WAGES = {"consultantNumber": 1234567, "clientNumber": 12345, "wageTypes": {"WORK": "1000", "TRAVEL": "1010"}}

# Left out: negative_data_rejection and positive_data_acceptance, since the rules are finer than the description (null is as
# good as absent, a line of blanks is empty); missing_required_header, since no header is required; use_after_free, since what was
# removed stays readable; and object_level_authorization, which needs several accounts in one run.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
    "ensure_resource_availability",
]

# What no header may hold (RFC 9110, section 5.5): NIO's parser refuses it with an empty 400 before the server sees it.
UNSENDABLE = "".join(f"\\u{code:04x}" for code in [*range(9), *range(10, 32), 127])

# Operations that take a mailed token, which isn't read here; and those about an address that waits for one.
MAILED = [
    "postAuthVerify",
    "postAuthVerifyResend",
    "postAuthEmailConfirm",
    "postAuthEmailRestore",
    "postUsersMePendingEmailResend",
    "deleteUsersMePendingEmail",
    "deleteCompaniesUsersPendingEmail",
]

# How many requests the fuzzing phase makes for an operation that the role may not use.
FORBIDDEN_EXAMPLES = 4

# Of the requests that the role may make, the share that must succeed for a run to be meaningful.
LEAST_SUCCESSES = 0.15


class Unreached(Exception):
    """Why a run says nothing about the server."""


class Pass:
    """The API as someone sees it.

    examples: how many requests the fuzzing phase makes for each operation; the other phases make what they find.
    seconds: when it is cut off.
    whole: also what is the same for everyone: the methods that an address doesn't know, coming in and going out. The latter
    hashes passwords, which takes its time.
    """

    def __init__(self, role, email, password, *, examples, seconds, whole=False):
        self.role, self.email, self.password = role, email, password
        self.examples, self.seconds, self.whole = examples * EFFORT, seconds * EFFORT, whole

    def tries(self, operation):
        return self.whole or (needs_session(operation) and "Signing in" not in operation["tags"])

    def may(self, operation):
        who = operation["x-permission"]
        # Mailgun's messages are signed with a key that isn't known here.
        if who.startswith("Mailgun") or operation["operationId"] in MAILED:
            return False
        return self.role in who or "signed in" in who or not needs_session(operation)


def passes():
    return [
        Pass("MANAGER", f"sabine@{DEMO}", DEMO_PASSWORD, examples=12, seconds=54, whole=True),
        Pass("ADMIN", OPERATOR, os.environ["POLIER_ADMIN_PASSWORD"], examples=4, seconds=20),
        Pass("WORKER", f"mehmet@{DEMO}", DEMO_PASSWORD, examples=6, seconds=14),
    ]


def operations(description):
    """Each with the name that schemathesis gives it."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def needs_session(operation):
    return any("bearer" in alternative for alternative in operation["security"])


# The fixture


class Client:
    """Sends JSON. Whatever isn't a success is the end."""

    def __init__(self, url, token=None):
        self.url, self.token = url, token

    def request(self, method, path, body=None):
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response), response.headers
        except urllib.error.HTTPError as error:
            raise Unreached(f"{method} {path} answers {error.code}: {error.read().decode()}") from None
        except OSError as error:
            raise Unreached(f"{method} {path}: {error}") from None

    def get(self, path):
        return self.request("GET", path)[0]

    def post(self, path, body=None):
        return self.request("POST", path, body)[0]

    def put(self, path, body):
        return self.request("PUT", path, body)[0]


class Fixture:
    """What the requests are about: what stays for a whole pass, and what may go."""

    ADDRESS = {"streetNumber": "1a", "street": "Werkstraße", "city": "Köln", "postalCode": "50667", "country": "DE"}

    def __init__(self, url):
        self.anyone = Client(url)
        self.clients = {}
        users = {}
        for one in passes():
            answer = self.anyone.post("/auth/signin", {"email": one.email, "password": one.password})
            self.clients[one.role] = Client(url, answer["accessToken"])
            users[one.role] = answer["user"]
        self.company = users["MANAGER"]["companyId"]
        self.path = f"/companies/{self.company}"
        people = self.clients["MANAGER"].get(f"{self.path}/users")
        self.depot = self.clients["MANAGER"].get(f"{self.path}/sites?kind=DEPOT")[0]["id"]
        self.people = {one["firstName"].lower(): one["id"] for one in people}
        self.crew = [self.people["mehmet"], self.people["lena"]]
        self.operator = users["ADMIN"]["id"]
        self.elsewhere = self.register_elsewhere()
        self.guests, self.reports, self.absences, self.exports = 0, 0, 0, 0

    def register_elsewhere(self):
        registration = {
            "email": "ada@kern.example",
            "password": "Kelle und Fugbrett",
            "firstName": "Ada",
            "lastName": "Kern",
            "companyName": "Maler Kern",
            "address": self.ADDRESS,
        }
        user = self.anyone.post("/auth/register", registration)["user"]
        return {"companyId": user["companyId"], "userId": user["id"]}

    def site(self):
        """A site with two materials, their movements, and visits: for each material the parameters of paths there."""
        start = datetime.date.today()
        site = {
            "name": "Bad Müller",
            "startDate": str(start),
            "endDate": str(start + datetime.timedelta(days=30)),
            "address": self.ADDRESS,
            "users": self.crew,
            "foremen": [self.people["mehmet"]],
        }
        site_id = self.clients["MANAGER"].post(f"{self.path}/sites", site)["id"]
        path = f"{self.path}/sites/{site_id}"
        material = {"name": "Flexkleber C2TE", "unit": "Sack", "amount": 24000, "threshold": 6}
        places, waiting = [], self.clarification(path)
        for client in [self.clients["WORKER"], self.clients["MANAGER"]]:
            material_id = self.clients["MANAGER"].post(f"{path}/materials", material)["id"]
            client.post(f"{path}/materials/{material_id}/adjust-quantity", {"delta": -2.5, "note": "Dusche"})
            self.clients["WORKER"].post(f"{path}/check-in")
            entry = self.clients["WORKER"].post(f"{path}/check-out")
            moved = self.clients["MANAGER"].post(f"{self.path}/transfers", {
                "fromSiteId": site_id, "toSiteId": self.depot,
                "lines": [{"materialId": material_id, "amount": 1}]})
            place = {"siteId": site_id, "materialId": material_id, "entryId": entry["id"], "transferId": moved["id"],
                     "absenceId": self.absence()}
            places.append({"companyId": self.company, "clarificationId": waiting} | place)
        return places

    def clarification(self, path):
        """A late report of the worker that waits: a check-out without its check-in."""
        self.reports += 1
        at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=40, minutes=self.reports)
        return self.clients["WORKER"].post(f"{path}/check-out", {"at": at.isoformat()})["id"]

    def absence(self):
        """Days that the worker asks for."""
        self.absences += 1
        # Before the demo's own and the months of payroll files; the hooks ask for days to come.
        day = datetime.date.today() - datetime.timedelta(days=1500 + self.absences)
        return self.clients["WORKER"].post(f"{self.path}/absences", {"kind": "VACATION", "from": str(day)})["id"]

    def paid(self, site):
        """What a payroll file of one person needs, and one that was made: its id."""
        manager, person = self.clients["MANAGER"], self.crew[0]
        manager.put(f"{self.path}/users/{person}", {"personnelNumber": "1001"})
        self.exports += 1
        # Of each pass a month of its own, before those whose days are approved and reopened (fuzz_hooks.py).
        month = datetime.date.today() - datetime.timedelta(days=120 + 31 * self.exports)
        start = datetime.datetime(month.year, month.month, self.exports, 1, tzinfo=datetime.timezone.utc)
        manager.post(f"{self.path}/sites/{site}/time-entries", {
            "userIds": [person], "checkedInAt": start.isoformat(), "reason": "Zettel",
            "checkedOutAt": (start + datetime.timedelta(minutes=1)).isoformat()})
        first = month.replace(day=1)
        until = (first + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)
        manager.post(f"{self.path}/time-sheets/approve", {"userIds": [person], "from": str(first), "until": str(until)})
        # An earlier pass may have said how long the person is to work.
        manager.put(f"{self.path}/users/{person}/targets", {"targets": []})
        manager.put(f"{self.path}/wage-settings", WAGES)
        self.paid_month = f"{month:%Y-%m}"
        return manager.post(f"{self.path}/wage-exports", {"month": self.paid_month, "format": "lodas", "userId": person})["id"]

    def end_visits(self):
        """An earlier pass may have opened a visit of the worker again."""
        for entry in self.clients["WORKER"].get(f"{self.path}/time-entries?open=true"):
            self.clients["WORKER"].post(f"{self.path}/sites/{entry['siteId']}/check-out")

    def guest(self):
        """Someone who is invited, as the parameters of paths to them, and the token of their link."""
        self.guests += 1
        guest = {"email": f"guest{self.guests}@{DEMO}", "firstName": "Lena", "lastName": "Vogt", "role": "WORKER"}
        manager = self.clients["MANAGER"]
        user = manager.post(f"{self.path}/users", guest)["id"]
        link = manager.post(f"{self.path}/users/{user}/invitation")["link"]
        return {"companyId": self.company, "userId": user}, link.partition("token=")[2]

    def enrolled(self):
        """Someone with a second factor: the parameters of paths to them, and what signs them in."""
        place, token = self.guest()
        account = {"email": f"guest{self.guests}@{DEMO}", "password": GUEST_PASSWORD}
        Client(self.anyone.url, token).post("/auth/set-password", {"password": GUEST_PASSWORD})
        client = Client(self.anyone.url, self.anyone.post("/auth/signin", account)["accessToken"])
        begun = client.post("/users/me/factors", {"kind": "TOTP"})
        client.post(f"/users/me/factors/{begun['id']}/activate", {"code": fuzz_codes.code(begun["secret"])})
        return place, account | {"token": client.token}

    def with_passkey(self):
        """The same with a passkey, which signs in alone."""
        account = self.enrolled()[1]
        client, key = Client(self.anyone.url, account["token"]), fuzz_passkey.new_key()
        begun = client.post("/users/me/factors", {"kind": "PASSKEY"})
        new = begun["passkey"]
        made = fuzz_passkey.registration(key, new["challenge"], new["rpId"], PASSKEY_ORIGIN)
        client.post(f"/users/me/factors/{begun['id']}/activate", {"credential": made})
        return account | {"key": key, "handle": new["userHandle"], "host": new["rpId"], "origin": PASSKEY_ORIGIN}

    def card(self):
        """Someone without an address, as the parameters of paths to them, and their card."""
        person = {"firstName": "Ali", "lastName": "Demir", "role": "WORKER"}
        manager = self.clients["MANAGER"]
        user = manager.post(f"{self.path}/users", person)["id"]
        return {"companyId": self.company, "userId": user}, manager.post(f"{self.path}/users/{user}/invitation")["code"]

    def phone(self):
        """A phone that took a card: the parameters of paths to it, and what signs in by it."""
        place, code = self.card()
        key = self.anyone.post("/auth/card", {"code": code, "pin": PIN})["phoneKey"]
        phone = self.clients["MANAGER"].get(f"{self.path}/users/{place['userId']}/phones")[0]["id"]
        return place | {"phoneId": phone}, {"userId": place["userId"], "pin": PIN, "phoneKey": key}

    def token(self):
        """An API token, which may be revoked."""
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        body = {"name": "Lohnbüro", "scopes": ["readTimes"], "expiresAt": until.isoformat()}
        return {"companyId": self.company, "tokenId": self.clients["MANAGER"].post(f"{self.path}/tokens", body)["id"]}

    def cursors(self, client, place):
        """Where the second page of a list begins, for each list that has one."""
        company = "/companies/{companyId}"
        material = f"{company}/sites/{{siteId}}/materials/{{materialId}}"
        found = {}
        for template in [
            "/auth/sessions",
            "/companies",
            *[company + list_ for list_ in ["/users", "/sites", "/time-entries", "/clarifications", "/absences", "/audit"]],
            *[f"{company}/sites/{{siteId}}" + list_ for list_ in ["/materials", "/time-entries"]],
            f"{material}/movements",
        ]:
            try:
                _, headers = client.request("GET", template.format_map(place) + "?limit=1")
            except Unreached:  # not for this role
                continue
            if cursor := re.search("cursor=([^>&]+)", headers.get("Link", "")):
                found["/api/v1" + template] = cursor[1]
        return found

    def describe(self, one):
        """Makes what a pass needs, and says to the hooks what is there."""
        client = self.clients[one.role]
        session = next(session["id"] for session in client.get("/auth/sessions") if session["current"])
        self.end_visits()
        places = self.site() + self.site() + self.site()
        export = self.paid(places[0]["siteId"])
        places = [place | {"exportId": export} for place in places]
        guests = [self.guest() for _ in range(13)]
        cards = [self.card()[1] for _ in range(3)]
        phones = [self.phone() for _ in range(5)]
        second = self.with_passkey()
        lost = [self.enrolled()[0] for _ in range(2)]
        people = list(self.people.values())
        company = "/api/v1/companies/{companyId}"
        spare = {
            f"{company}/users/{{userId}}": [guest for guest, _ in guests[5:10]],
            f"{company}/absences/{{absenceId}}": [
                {"companyId": self.company, "absenceId": self.absence()} for _ in range(8)],
            f"{company}/users/{{userId}}/factors": lost[:1],
            "/api/v1/users/{userId}/factors": lost[1:],
            f"{company}/users/{{userId}}/phones/{{phoneId}}": [place for place, _ in phones[:2]],
            f"{company}/tokens/{{tokenId}}": [self.token() for _ in range(4)] if one.role == "MANAGER" else [],
            f"{company}/sites/{{siteId}}": [self.site()[0] for _ in range(4)],
            f"{company}/sites/{{siteId}}/materials/{{materialId}}": self.site() + self.site(),
        }
        kept = [session, self.operator, self.company, *people, *self.elsewhere.values()]
        if one.role == "ADMIN":
            companies = [company["id"] for company in client.get("/companies")]
            spare[company] = [{"companyId": id_} for id_ in companies if id_ not in kept]
            spare[company + "/suspension"] = 3 * spare[company]
        return {
            "seed": SEED,
            "url": self.anyone.url,
            "token": client.token,
            "email": one.email,
            "password": one.password,
            "passwordChanges": 1 if one.whole else 0,
            "oneTimeTokens": [token for _, token in guests[10:]],
            "cards": cards,
            # Someone whose sign-in asks for a code or a passkey.
            "second": second,
            "phones": [phone for _, phone in phones[2:]],
            "crew": self.crew,
            "role": one.role,
            "self": self.people["mehmet"],
            "places": places,
            "elsewhere": self.elsewhere,
            "people": people,
            # Whose account may be changed.
            "idle": [self.people["tobias"], *[guest["userId"] for guest, _ in guests[:5]]],
            "cursors": self.cursors(client, places[0]),
            # What may be removed, by the path where it is.
            "spare": spare,
            # What no request may remove, so that the others find it.
            # Which may be booked or declined, once each.
            "waiting": [self.clarification(f"{self.path}/sites/{places[0]['siteId']}") for _ in range(18)],
            "wages": WAGES, "paid_month": self.paid_month,
            "kept": kept + [id_ for place in places for id_ in place.values()],
        }


# The run


def configure(one, description, client):
    """The settings of schemathesis. What JSON writes as a text or a list is the same in TOML."""
    forbidden, untried = [], []
    for _, operation in operations(description):
        if not one.tries(operation):
            untried.append(operation["operationId"])
        elif not one.may(operation):
            forbidden.append(operation["operationId"])
    return f"""
        seed = {SEED}
        continue-on-failure = true
        warnings = false
        [cache]
        enabled = false
        [auth]
        auto-signup = false
        [auth.openapi]
        bearer = {{ bearer = "{client.token}" }}
        oneTimeToken = {{ bearer = "used-up" }}
        apiToken = {{ bearer = "{client.token}" }}
        [generation]
        max-examples = {one.examples}
        no-shrink = true
        database = "none"
        exclude-header-characters = "{UNSENDABLE}"
        [output.sanitization]
        enabled = false
        [phases.fuzzing]
        extra-data-sources.responses = false
        [phases.coverage]
        extra-data-sources.responses = false
        {"" if one.whole else "unexpected-methods = []"}
        [[operations]]
        include-operation-id = {json.dumps(forbidden)}
        generation.max-examples = {FORBIDDEN_EXAMPLES}
        phases.coverage.enabled = false
        phases.stateful.enabled = false
        {"[[operations]]" if untried else ""}
        {f"include-operation-id = {json.dumps(untried)}" if untried else ""}
        {"enabled = false" if untried else ""}
    """


def run_schemathesis(one, url, folder):
    """The exit code (None where it was cut off), and what was printed."""
    command = [
        pathlib.Path(sys.executable).with_name("schemathesis"),
        *["--config-file", folder / "schemathesis.toml", "run", f"{url}/api/v1/openapi.json"],
        *["--checks", ",".join(CHECKS), "--no-color", "--report", "json", "--report-json-path", folder / "report.json"],
    ]
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "fuzz_hooks",
        "PYTHONPATH": str(pathlib.Path(__file__).parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "POLIER_FUZZ_FOLDER": str(folder),
    }
    with open(folder / "output.txt", "w+") as output:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            code = process.wait(one.seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            # It finishes what it is at, and writes its report.
            process.wait(300)
            code = None
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        return code, output.read()


def run(one, engine, description, fixture, folder):
    """Whether all answers are as described."""
    started = time.monotonic()
    folder.mkdir()
    client = fixture.clients[one.role]
    (folder / "fixture.json").write_text(json.dumps(fixture.describe(one)))
    (folder / "schemathesis.toml").write_text(configure(one, description, client))
    code, output = run_schemathesis(one, client.url, folder)
    seconds = time.monotonic() - started
    try:
        report = json.loads((folder / "report.json").read_text())
        answers = json.loads((folder / "answers.json").read_text())
    except (OSError, ValueError) as error:
        raise Unreached(f"schemathesis wrote no report ({error}):\n{output}") from None

    wanted = {name: answers.get(name, {}) for name, call in operations(description) if one.tries(call) and one.may(call)}
    wanted.pop("GET /api/v1/openapi.json", None)  # schemathesis reads it, and doesn't try it
    missed = [name for name, counts in wanted.items() if not successes(counts)]
    share = sum(map(successes, wanted.values())) / max(1, sum(map(total, wanted.values())))
    print(
        f"{engine}, {one.role}: {sum(map(total, answers.values()))} answers in {seconds:.0f} s"
        f"{', cut off' if code is None else ''}; {share:.0%} are successes where the role may, of"
        f" {len(wanted) - len(missed)} of {len(wanted)} operations; {report['test_cases']['unique_failures']} failures",
        flush=True,
    )
    if code not in (0, 1, None) or report["errors"]:
        raise Unreached(f"schemathesis failed:\n{output}")
    if report["failures"]:
        print(re.sub(r"(?s)^.*?\n(?==+ FAILURES =)|\n=+ SUMMARY =.*$", "", output), flush=True)
    try:
        client.get("/users/me")
    except Unreached as error:
        raise Unreached(f"The session of the {one.role} ended on the way: {error}") from None
    # An interrupted run can't have been everywhere.
    if share < LEAST_SUCCESSES or len(missed) > (len(wanted) // 2 if code is None else 0):
        table = "\n".join(f"  {name}: {json.dumps(counts)}" for name, counts in wanted.items())
        raise Unreached(f"Too few requests succeed for this to say much:\n{table}")
    return not report["failures"]


def total(counts):
    return sum(counts.values())


def successes(counts):
    return sum(count for status, count in counts.items() if status.startswith("2"))


def main():
    engine, url, folder = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    description = Client(url).get("/openapi.json")
    fixture = Fixture(url)
    passed = [run(one, engine, description, fixture, pathlib.Path(folder, one.role)) for one in passes()]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    try:
        main()
    except Unreached as error:
        print(error, file=sys.stderr)
        sys.exit(2)
