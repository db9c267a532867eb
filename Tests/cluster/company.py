"""A company, made through the API once, and the sites that it works on."""

import dataclasses
import datetime
import uuid

from client import Client
from history import History
from pods import POLIER
from programs import expect, run

ADDRESS = {
    "streetNumber": "3", "street": "Werkstraße", "city": "Köln", "postalCode": "50667", "country": "Deutschland"}
PASSWORD = "Mörtel, Kelle und Fugbrett"
PLENTY = 100_000
"""So much that no one can take it all."""


@dataclasses.dataclass(frozen=True)
class Person:
    id: str
    token: str


@dataclasses.dataclass(frozen=True)
class Company:
    path: str
    manager: Person
    worker: Person


def lift_limits(company: str, settings: dict[str, str]) -> None:
    """A company that may open more sites and add more rows in a day than others. `settings` name the database."""
    code, output = run([
        POLIER, "company", "limits", company, "--daily-rows", "100000000", "--active-sites", "1000000", "--sites", "1000000",
    ], settings)
    expect(code == 0, f"polier company limits ended with {code}: {output}")


def found(port: int, settings: dict[str, str] | None) -> Company:
    """Registers a company and hires someone. Where `settings` name the database, the company's limits are lifted."""
    stranger = Client(port, History())
    email = f"{uuid.uuid4()}@kern.example"
    user = stranger.insist("POST", "/auth/register", {
        "email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Kern", "companyName": "Fliesen Kern",
        "address": ADDRESS}).json["user"]
    path = f"/companies/{user['companyId']}"
    if settings:
        lift_limits(user["companyId"], settings)
    manager = Person(user["id"], sign_in(stranger, email))
    ada = Client(port, History(), manager.token)
    email = f"{uuid.uuid4()}@kern.example"
    id = ada.insist("POST", f"{path}/users", {
        "email": email, "firstName": "Lena", "lastName": "Vogt", "role": "WORKER"}).json["id"]
    link = ada.insist("POST", f"{path}/users/{id}/invitation", expected=(202,)).json["link"]
    Client(port, History(), link.split("token=")[1]).insist("POST", "/auth/set-password", {"password": PASSWORD})
    return Company(path, manager, Person(id, sign_in(stranger, email)))


def sign_in(stranger: Client, email: str) -> str:
    return stranger.insist("POST", "/auth/signin", {"email": email, "password": PASSWORD}).json["accessToken"]


@dataclasses.dataclass(frozen=True)
class Site:
    company: Company
    port: int
    """Where its people ask."""
    keeps_connections: bool
    history: History
    path: str
    plenty: list[str]
    """Paths of material that never runs out."""
    scarce: str
    """The path of material of which there is hardly any."""

    @property
    def materials(self) -> list[str]:
        return [*self.plenty, self.scarce]

    def client(self, person: Person) -> Client:
        return Client(self.port, self.history, person.token, self.keeps_connections)

    def manager(self) -> Client:
        return self.client(self.company.manager)


def open_site(company: Company, port: int, keeps_connections: bool = True, materials: int = 4) -> Site:
    """A site with nothing done on it yet, and no history."""
    history = History()
    ada = Client(port, history, company.manager.token, keeps_connections)
    today = datetime.date.today()
    id = ada.insist("POST", f"{company.path}/sites", {
        "name": "Bad Müller", "address": ADDRESS, "users": [company.worker.id], "startDate": str(today),
        "endDate": str(today + datetime.timedelta(40))}).json["id"]
    path = f"{company.path}/sites/{id}"

    def material(name: str, amount: int) -> str:
        made = ada.insist("POST", f"{path}/materials", {
            "name": name, "unit": "Sack", "amount": amount, "threshold": 0}).json
        return f"{path}/materials/{made['id']}"

    plenty = [material(f"Flexkleber {number}", PLENTY) for number in range(materials)]
    return Site(company, port, keeps_connections, history, path, plenty, material("Dichtband", 1))
