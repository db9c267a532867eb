"""A company to measure with, made through the API."""

import dataclasses
import datetime
import http.client
import json
import os
import subprocess

from processes import BenchError, Server

ADDRESS = {
    "streetNumber": "14a", "street": "Karl-Liebknecht-Straße", "city": "Leipzig", "postalCode": "04107",
    "country": "Deutschland",
}
MATERIALS = [
    ("Fliesenkleber flexibel C2TE S1", "Sack", 48), ("Fugenmörtel silbergrau", "Sack", 12.5),
    ("Feinsteinzeug 60 × 60 anthrazit", "m²", 86.4), ("Sanitärsilikon manhattan", "Kartusche", 9),
    ("Tiefengrund LF", "Kanister", 4), ("Dichtband 120 mm", "Rolle", 3.25), ("Fliesenkreuze 2 mm", "Beutel", 30),
    ("Nivellierlaschen", "Beutel", 14), ("Verbundabdichtung", "Eimer", 6), ("Trennscheibe 125 mm", "Stück", 11),
]
PERSON = {"email": "vera.brandt@example.com", "password": "a long enough password"}


@dataclasses.dataclass
class Company:
    token: str
    id: str
    site: str
    materials: list[str]

    @property
    def site_path(self) -> str:
        return f"/api/v1/companies/{self.id}/sites/{self.site}"

    @property
    def adjust_paths(self) -> list[str]:
        return [f"{self.site_path}/materials/{material}/adjust-quantity" for material in self.materials]


def register(server: Server, materials: int) -> Company:
    """A company with its manager, one site that the manager works on, and so many materials there."""
    api = API(server)
    user = api.post("/auth/register", PERSON | {
        "firstName": "Vera", "lastName": "Brandt", "companyName": "Fliesen Brandt GmbH", "address": ADDRESS})["user"]
    api.token = api.post("/auth/signin", PERSON)["accessToken"]
    # Before its first change, after which a server goes by what it knows for a while.
    subprocess.run(
        [server.process.args[0], "company", "limits", user["companyId"], "--daily-rows", "100000000",
         "--active-sites", "1000000", "--sites", "1000000", "--site-materials", "1000000", "--people", "1000000",
         "--first-day-mails", "10000", "--daily-mails", "10000"],
        env=os.environ | server.settings, stdout=subprocess.DEVNULL, check=True)

    return opened(api, user["companyId"], user["id"], materials)


def another_site(server: Server, company: Company, materials: int) -> Company:
    """The same company, with another site like its first one."""
    api = API(server)
    api.token = company.token
    return opened(api, company.id, json.loads(server.fetch("/api/v1/users/me", company.token))["id"], materials)


def opened(api: "API", company: str, user: str, materials: int) -> Company:
    today = datetime.date.today()
    site = api.post(f"/companies/{company}/sites", {
        "name": "Bad und Küche Hofmann", "address": ADDRESS, "users": [user],
        "notes": "Schlüssel beim Hausmeister", "startDate": str(today - datetime.timedelta(20)),
        "endDate": str(today + datetime.timedelta(40))})
    opened = Company(api.token, company, site["id"], [])
    for number in range(materials):
        name, unit, amount = MATERIALS[number % len(MATERIALS)]
        path = opened.site_path.removeprefix("/api/v1") + "/materials"
        material = api.post(path, {"name": name, "unit": unit, "amount": amount, "threshold": 10})
        opened.materials.append(material["id"])
    return opened


def transfers(server: Server, company: Company, pairs: int, lines: int) -> list[str]:
    """Paths and bodies of transfers between pairs of sites, to and fro, each of so many lines."""
    api = API(server)
    api.token = company.token
    made = []
    for number in range(pairs):
        sites, materials = [], []
        for place in range(2):
            site = api.post(f"/companies/{company.id}/sites", {"name": f"Haus {number}, Eingang {place}"})["id"]
            path = f"/companies/{company.id}/sites/{site}/materials"
            sites.append(site)
            materials.append([
                api.post(path, {"name": f"Fliese {line}", "unit": "m²", "amount": 1_000_000, "threshold": 0})["id"]
                for line in range(lines)])
        for source, target in [(0, 1), (1, 0)]:
            made.append(f"/api/v1/companies/{company.id}/transfers " + json.dumps({
                "fromSiteId": sites[source], "toSiteId": sites[target],
                "lines": [{"materialId": material, "amount": 1} for material in materials[source]]}))
    return made


def crew(server: Server, company: Company, people: int) -> list[str]:
    """The ids of people of the company, who have no email address."""
    api = API(server)
    api.token = company.token
    return [
        api.post(f"/companies/{company.id}/users", {"firstName": "Kai", "lastName": f"Maurer {number}", "role": "WORKER"})["id"]
        for number in range(people)]


def hours(company: Company, people: list[str], numbers: range) -> list[str]:
    """Paths and bodies that enter a minute of one person each, none twice: 50 a day and person, going back from yesterday."""
    noon = datetime.datetime.now(datetime.timezone.utc).replace(hour=10, minute=0, second=0, microsecond=0)
    made = []
    for number in numbers:
        turn, person = divmod(number, len(people))
        day, minute = divmod(turn, 50)
        start = noon - datetime.timedelta(days=day + 1) + datetime.timedelta(minutes=2 * minute)
        made.append(f"{company.site_path}/time-entries " + json.dumps({
            "userIds": [people[person]], "checkedInAt": start.isoformat(), "reason": "Zettel",
            "checkedOutAt": (start + datetime.timedelta(minutes=1)).isoformat()}))
    return made


def shifts(company: Company, tokens: list[str], count: int) -> list[str]:
    """Paths and bodies by which everyone checks in, then everyone out, so many times."""
    return [
        f"@{token} {company.site_path}/{act} {{}}" for _ in range(count) for act in ["check-in", "check-out"]
        for token in tokens]


def month(server: Server, company: Company, people: list[str], days: int) -> tuple[datetime.date, datetime.date]:
    """Enters a shift of eight hours for everyone on so many days before today. Returns the first and the last of them."""
    api = API(server)
    api.token = company.token
    first = datetime.date.today() - datetime.timedelta(days)
    for number in range(days):
        day = first + datetime.timedelta(number)
        api.post(f"{company.site_path.removeprefix('/api/v1')}/time-entries", {
            "userIds": people, "checkedInAt": f"{day}T06:00:00Z", "checkedOutAt": f"{day}T14:30:00Z", "reason": "Zettel",
            "breaks": [{"from": f"{day}T10:00:00Z", "to": f"{day}T10:30:00Z"}]})
    return first, first + datetime.timedelta(days - 1)


def paid(server: Server, company: Company, people: list[str], first: datetime.date, last: datetime.date) -> None:
    """All that a payroll file needs: the tax adviser's numbers, everyone's own, and approved days."""
    api = API(server)
    api.token = company.token
    path = f"/companies/{company.id}"
    api.send("PUT", f"{path}/wage-settings", {"consultantNumber": 1234567, "clientNumber": 12345, "wageTypes": {"WORK": "1000"}})
    for number, person in enumerate(people, 1):
        api.send("PUT", f"{path}/users/{person}/personnel-number", {"personnelNumber": str(number)})
    api.post(f"{path}/time-sheets/approve", {"userIds": people, "from": str(first), "until": str(last)})


class API:
    def __init__(self, server: Server):
        self.port = server.port
        self.token: str | None = None

    def post(self, path: str, body: dict) -> dict:
        return self.send("POST", path, body)

    def send(self, method: str, path: str, body: dict) -> dict:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection.request(method, "/api/v1" + path, json.dumps(body).encode(), headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status not in (200, 201):
            raise BenchError(f"{method} {path} answered {answer.status}: {text[:500]!r}")
        return json.loads(text)
