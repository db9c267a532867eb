"""What schemathesis, started by fuzz_api.py, does to each request before it goes out: it leads most of them to things that are
there, gives many of them values that pass, and keeps them from removing what the others need.

What is drawn follows from the seed and the order of the requests.
"""

import atexit
import collections
import datetime
import json
import os
import pathlib
import random
import re
import uuid

import fuzz_codes
import fuzz_passkey
import requests
import schemathesis
from schemathesis.generation.meta import TestPhase

FOLDER = pathlib.Path(os.environ["POLIER_FUZZ_FOLDER"])
FIXTURE = json.loads((FOLDER / "fixture.json").read_text())
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

REGISTER = "POST /api/v1/auth/register"
SIGN_IN, SIGN_OUT = "POST /api/v1/auth/signin", "POST /api/v1/auth/signout"
RESET_PASSWORD, SET_PASSWORD = "POST /api/v1/auth/reset-password", "POST /api/v1/auth/set-password"
CONFIRM = "POST /api/v1/auth/confirm"
CARD, CARD_HOLDER, PIN = "POST /api/v1/auth/card", "POST /api/v1/auth/card/holder", "POST /api/v1/auth/pin"
FACTORS = "POST /api/v1/users/me/factors"
ACTIVATE = FACTORS + "/{factorId}/activate"
REMOVE_FACTOR = "DELETE /api/v1/users/me/factors/{factorId}"
RECOVER = "POST /api/v1/users/me/recovery-codes"
SECOND_STEP = "POST /api/v1/auth/second-factor"
PASSKEY, PASSKEY_CHALLENGE = "POST /api/v1/auth/passkey", "/api/v1/auth/passkey-challenge"
FORGET_PHONE = "DELETE /api/v1/auth/phone/{userId}"
ENTER_HOURS = "POST /api/v1/companies/{companyId}/sites/{siteId}/time-entries"
CORRECT_HOURS = "PATCH /api/v1/companies/{companyId}/sites/{siteId}/time-entries/{entryId}"
VOID_HOURS = CORRECT_HOURS.replace("PATCH", "POST") + "/void"
# Acts of who is on a site.
CLOCK = ("/check-in", "/check-out", "/break-start", "/break-end", "/break-stated")
TIME_SHEETS = "GET /api/v1/companies/{companyId}/time-sheets"
SUBMIT = "POST /api/v1/companies/{companyId}/time-sheets/submit"
APPROVE = "POST /api/v1/companies/{companyId}/time-sheets/approve"
REOPEN = "POST /api/v1/companies/{companyId}/time-sheets/reopen"
MAKE_TOKEN = "POST /api/v1/companies/{companyId}/tokens"
MAKE_WAGES, SET_WAGES = [f"{act} /api/v1/companies/{{companyId}}/wage-{what}" for act, what in [("POST", "exports"), ("PUT", "settings")]]
MOVE = "POST /api/v1/companies/{companyId}/transfers"
FINISH = "POST /api/v1/companies/{companyId}/sites/{siteId}/finish"
BOOK = "POST /api/v1/companies/{companyId}/clarifications/{clarificationId}/book"
DECLINE = "POST /api/v1/companies/{companyId}/clarifications/{clarificationId}/decline"
ABSENCES = "POST /api/v1/companies/{companyId}/absences"
ABSENCE = "/api/v1/companies/{companyId}/absences/{absenceId}"
TARGETS = "PUT /api/v1/companies/{companyId}/users/{userId}/targets"
END_SESSION = "DELETE /api/v1/auth/sessions/{sessionId}"
CHANGE_COMPANY = "PATCH /api/v1/companies/{companyId}"
CHANGE_ACCOUNT = "PUT /api/v1/users/me"
CHANGE_USER = "PUT /api/v1/companies/{companyId}/users/{userId}"
SET_NUMBER = CHANGE_USER + "/personnel-number"
# People of a suspended company can do nothing.
SUSPEND = "PUT /api/v1/companies/{companyId}/suspension"

draw = random.Random(FIXTURE["seed"])
answers = collections.defaultdict(collections.Counter)
# All ids that an answer held: to these, schemathesis leads by itself.
known = set()
# How often an operation may still make the server hash a password, which takes its time.
hashes = {REGISTER: 2, SIGN_IN: 2, SET_PASSWORD: 2, SIGN_OUT: 1, END_SESSION: 1, CARD: 2, SECOND_STEP: 2}
hashes[CHANGE_ACCOUNT] = FIXTURE["passwordChanges"]
# The person who is signed in, as far as requests may change it.
account = {"email": FIXTURE["email"], "password": FIXTURE["password"]}
# Another session of theirs, which may end.
passing = {"token": "none-yet", "id": str(uuid.UUID(int=0))}


def name_of(case):
    return f"{case.method} {case.operation.path}"


def by_chance(probability):
    return draw.random() < probability


@schemathesis.hook
def before_call(context, case, kwargs):
    lead(case)
    protect(case)
    prepare_visit(case)
    adjust_query(case)
    adjust_headers(case)
    adjust_phone(case)
    adjust_clarifications(case)
    adjust_factors(case)
    if isinstance(case.body, dict):
        case.body = plausible(case.body)
        adjust_credentials(case)
        adjust_hours(case)
        adjust_days(case)
        adjust_moves(case)
        adjust_absences(case)
        adjust_wages(case)
        adjust_tokens(case)


@schemathesis.hook
def after_call(context, case, response):
    name = name_of(case)
    answers[name][str(response.status_code)] += 1
    known.update(ID.findall(response.content.decode(errors="replace")))
    if name in hashes and isinstance(case.body, dict) and "password" in case.body and was_hashed(name, response):
        hashes[name] -= 1
    if name == CHANGE_ACCOUNT and response.status_code == 200:
        account["email"] = response.json()["email"]
        account["password"] = case.body.get("password", account["password"])


def was_hashed(name, response):
    if name == SET_PASSWORD:
        return response.status_code == 200
    return response.status_code in (200, 201, 401, 409) or "currentPassword is wrong" in response.text


@atexit.register
def write_answers():
    (FOLDER / "answers.json").write_text(json.dumps(answers))


# Paths


def lead(case):
    """Puts ids into the path that belong together, or only some of them."""
    name, path, sent = name_of(case), case.operation.path, case.path_parameters
    if not sent or (case.meta.phase.name == TestPhase.STATEFUL and all(id_ in known for id_ in sent.values())):
        return
    if name == END_SESSION:
        if by_chance(0.5):
            open_passing_session(name)
            case.path_parameters = {"sessionId": passing["id"]}
        return
    if case.method == "DELETE" or name == SUSPEND:
        spare = FIXTURE["spare"].get(path)
        if spare and by_chance(0.6):
            place = spare.pop()
            case.path_parameters = {parameter: place[parameter] for parameter in sent}
        return
    place = draw.choice(FIXTURE["places"])
    if path.endswith(CLOCK):  # always the same, to come and go in turn
        place = FIXTURE["places"][0]
    changed = name in (CHANGE_USER, SET_NUMBER) or path.endswith("/invitation")
    place = place | {"userId": draw.choice(FIXTURE["idle" if changed else "people"])}
    if by_chance(0.1):
        place |= FIXTURE["elsewhere"]
    whole = by_chance(0.75)
    case.path_parameters = {
        parameter: place[parameter] if parameter in place and (whole or by_chance(0.5)) else id_
        for parameter, id_ in sent.items()
    }


def protect(case):
    """Leads away from what has to stay: what is removed or changed is what the last parameter names."""
    if case.path_parameters and (case.method == "DELETE" or name_of(case) in (CHANGE_USER, SET_NUMBER, SUSPEND)):
        last = list(case.path_parameters)[-1]
        if case.path_parameters[last] in FIXTURE["kept"]:
            case.path_parameters[last] = str(uuid.UUID(int=draw.getrandbits(128), version=4))
    # The caller has no second factor, and could do nothing more.
    if name_of(case) == CHANGE_COMPANY and isinstance(case.body, dict) and "secondFactorFor" in case.body:
        if case.body["secondFactorFor"] == "MANAGERS":
            case.body["secondFactorFor"] = "NONE"


def prepare_visit(case):
    """Goes before coming, and comes before all else that a person on a site does."""
    path, before = case.operation.path, {"check-in": ["check-out"], "break-end": ["check-in", "break-start"]}
    if case.method == "POST" and path.endswith(CLOCK) and by_chance(0.5):
        site, act = path.rsplit("/", 1)
        for verb in before.get(act, ["check-in"]):
            send("POST", f"{site}/{verb}".format_map(FIXTURE["places"][0]))
    if name_of(case) == VOID_HOURS:
        prepare_void(case, path)


def prepare_void(case, path):
    """Enters the hours that are declared void: those of the fixture are corrected."""
    place = FIXTURE["places"][0]
    if case.path_parameters.get("entryId") in {one["entryId"] for one in FIXTURE["places"]}:
        case.path_parameters["entryId"] = str(uuid.UUID(int=draw.getrandbits(128), version=4))
    if by_chance(0.5):
        start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=draw.randint(8000, 80000))
        body = {"userIds": [FIXTURE["crew"][0]], "checkedInAt": start.isoformat(), "reason": "Zettel",
                "checkedOutAt": (start + datetime.timedelta(minutes=1)).isoformat()}
        entered = send("POST", path.removesuffix("/{entryId}/void").format_map(place), body)
        if isinstance(entered, list):
            case.path_parameters = {"companyId": place["companyId"], "siteId": place["siteId"], "entryId": entered[0]["id"]}


def open_passing_session(name):
    """Signs in once more, as often as the operation may."""
    if hashes[name] > 0:
        hashes[name] -= 1
        passing["token"] = send("POST", "/api/v1/auth/signin", account)["accessToken"]
        sessions = send("GET", "/api/v1/auth/sessions", token=passing["token"])
        passing["id"] = next(session["id"] for session in sessions if session["current"])


def send(method, path, body=None, token=FIXTURE["token"]):
    """Sends a request of our own."""
    headers = {"Authorization": f"Bearer {token}"}
    return requests.request(method, FIXTURE["url"] + path, json=body, headers=headers, timeout=60).json()


# Queries and headers


def adjust_query(case):
    if "cursor" in case.query and by_chance(0.7):
        case.query["cursor"] = FIXTURE["cursors"].get(case.operation.path, "")
    if "userId" in case.query and by_chance(0.5):
        case.query["userId"] = draw.choice(FIXTURE["people"])
    if name_of(case) == TIME_SHEETS and by_chance(0.5):
        case.query |= {"from": f"2026-11-{draw.randint(1, 15):02}", "to": f"2026-11-{draw.randint(16, 30)}"}


    if "month" in case.query and by_chance(0.7):
        case.query["month"] = FIXTURE["paid_month"]


def adjust_headers(case):
    headers = case.headers
    # Each network may register and reset passwords only so often.
    headers["X-Forwarded-For"] = f"10.0.0.{draw.randint(1, 8)}"
    if "If-Match" in headers and by_chance(0.7):
        headers["If-Match"] = draw.choice(["*", "*", '"1", "2", "3"'])
    if headers.get("Authorization") == f"Bearer {FIXTURE['token']}":
        if name_of(case) == SIGN_OUT:
            open_passing_session(SIGN_OUT)
            headers["Authorization"] = f"Bearer {passing['token']}"
        elif by_chance(0.1):  # as a browser
            del headers["Authorization"]
            case.cookies["polier-session"] = FIXTURE["token"]
            headers["Sec-Fetch-Site"] = "same-origin"
    # A token is used up only by a password that is set.
    if name_of(case) == SET_PASSWORD and headers.get("Authorization") == "Bearer used-up" and hashes[SET_PASSWORD] > 0:
        headers["Authorization"] = f"Bearer {FIXTURE['oneTimeTokens'][hashes[SET_PASSWORD] - 1]}"


def adjust_phone(case):
    """Forgets a person with the key of their phone, once."""
    if name_of(case) == FORGET_PHONE and len(FIXTURE["phones"]) > 1 and by_chance(0.5):
        phone = FIXTURE["phones"].pop()
        case.path_parameters = {"userId": phone["userId"]}
        case.headers["Authorization"] = f"Bearer {phone['phoneKey']}"


def adjust_factors(case):
    """Acts as someone who has a second factor: the caller has none, so that their password alone signs them in."""
    name, second = name_of(case), FIXTURE["second"]
    if name not in (ACTIVATE, REMOVE_FACTOR, RECOVER, SECOND_STEP, PASSKEY) or not by_chance(0.5):
        return
    own = FACTORS.removeprefix("POST ")
    if name == PASSKEY:
        if isinstance(case.body, dict):
            challenge = send("POST", PASSKEY_CHALLENGE)["challenge"]
            parts = [second[one] for one in ["host", "origin", "handle"]]
            case.body = {"credential": fuzz_passkey.assertion(second["key"], challenge, *parts)}
        return
    if name == SECOND_STEP:
        if isinstance(case.body, dict) and hashes[SECOND_STEP] > 0:
            hashes[SECOND_STEP] -= 1
            codes = send("POST", RECOVER.removeprefix("POST "), token=second["token"])["recoveryCodes"]
            asked = send("POST", "/api/v1/auth/signin", {one: second[one] for one in ["email", "password"]})
            case.body = {"challenge": asked["params"]["challenge"], "code": codes[0]["code"]}
        return
    # What is sent on purpose with another token, or none, stays so.
    if case.headers.get("Authorization") != f"Bearer {FIXTURE['token']}":
        return
    case.headers["Authorization"] = f"Bearer {second['token']}"
    factors = send("GET", own, token=second["token"])
    if name == REMOVE_FACTOR and len(factors) > 1:
        case.path_parameters = {"factorId": factors[-1]["id"]}
    if name == ACTIVATE and len(factors) < 5 and isinstance(case.body, dict):
        begun = send("POST", own, {"kind": "TOTP"}, token=second["token"])
        case.path_parameters = {"factorId": begun["id"]}
        case.body = {"code": fuzz_codes.code(begun["secret"])}


# Bodies


def plausible(body):
    """The same body with some of its values replaced by better ones of the same type."""
    return {name: better(name, value) if by_chance(0.7) else value for name, value in body.items()}


def better(name, value):
    match name, value:
        case _, dict():
            return plausible(value)
        case _, bool():
            return value
        case "users", list():
            return draw.sample(FIXTURE["people"], draw.randint(0, 3))
        case "delta" | "amount" | "threshold", int() | float():
            return round(value % 100, draw.randint(0, 3))
        case "startDate", str():
            return f"2026-11-{draw.randint(10, 30)}"
        case "endDate", str():
            return f"2026-12-{draw.randint(10, 30)}"
        case "at" | "checkedInAt" | "checkedOutAt", str():
            now = datetime.datetime.now(datetime.timezone.utc)
            return (now - datetime.timedelta(minutes=draw.randint(0, 600))).isoformat()
        case "timeZone", str():
            return draw.choice(["Europe/Berlin", "UTC"])
        case "email", str():
            return f"{draw.getrandbits(32):x}@fuzz.example"
        case "role", str():
            return draw.choice(["MANAGER", "WORKER"])
        case "currentPassword", str():
            return account["password"]
    return value


def adjust_moves(case):
    """Moves material that is there from one of the sites to another one."""
    place, other = FIXTURE["places"][0], FIXTURE["places"][-1]
    if name_of(case) == MOVE and by_chance(0.7):
        case.path_parameters["companyId"] = place["companyId"]
        case.body |= {
            "fromSiteId": place["siteId"], "toSiteId": other["siteId"], "at": None,
            "lines": [{"materialId": place["materialId"], "amount": draw.randint(1, 9) / 8}]}
    if name_of(case) == FINISH and by_chance(0.5):
        # The second of the sites: from the first one, material is moved.
        case.path_parameters |= {"companyId": place["companyId"], "siteId": FIXTURE["places"][2]["siteId"]}
        case.body |= {"restTo": other["siteId"], "lines": [], "at": None}


def adjust_wages(case):
    """Makes files of a person whose hours are closed, and gives sites that are there a cost centre."""
    place = FIXTURE["places"][0]
    if name_of(case) == SET_WAGES and by_chance(0.5):
        case.path_parameters["companyId"] = place["companyId"]
        case.body |= {"costCentres": [{"siteId": place["siteId"], "costCentre": "77"}]}
    if name_of(case) == MAKE_WAGES and by_chance(0.5):
        case.path_parameters["companyId"] = place["companyId"]
        send("PUT", f"/api/v1/companies/{place['companyId']}/wage-settings", FIXTURE["wages"])
        case.body |= {"month": FIXTURE["paid_month"], "userId": FIXTURE["crew"][0]}


def adjust_tokens(case):
    """Makes tokens that last a moment: there is room for fifty, and those that are over make room."""
    if name_of(case) == MAKE_TOKEN and by_chance(0.7):
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=draw.randint(5, 60))
        case.path_parameters["companyId"] = FIXTURE["places"][0]["companyId"]
        case.body |= {"scopes": draw.sample(["readTimes", "readSites", "exportHours"], 2), "expiresAt": end.isoformat()}


def adjust_hours(case):
    """Enters hours, and corrects those of the fixture: a short time, so that few overlap."""
    name = name_of(case)
    if name not in (ENTER_HOURS, CORRECT_HOURS) or not by_chance(0.7):
        return
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=draw.randint(60, 8000))
    case.body |= {"checkedInAt": start.isoformat(), "checkedOutAt": (start + datetime.timedelta(minutes=1)).isoformat()}
    # Breaks by chance lie outside, and moving an entry takes it from here.
    case.body = {name: value for name, value in case.body.items() if name not in ("breaks", "siteId")}
    if name == ENTER_HOURS:
        case.body |= {"userIds": [draw.choice(FIXTURE["crew"])], "reason": "Zettel"}
    else:
        case.path_parameters |= {one: FIXTURE["places"][0][one] for one in ["companyId", "siteId", "entryId"]}
        case.body |= {"reason": "Zettel"}


def adjust_days(case):
    """Submits the caller's own days, approves and reopens those of the crew: of long ago, so that hours can be entered still."""
    name = name_of(case)
    if name not in (SUBMIT, APPROVE, REOPEN) or not by_chance(0.7):
        return
    first = datetime.date.today() - datetime.timedelta(days=draw.randint(65, 90))
    case.path_parameters["companyId"] = FIXTURE["places"][0]["companyId"]
    case.body = {"from": str(first), "until": str(first + datetime.timedelta(days=draw.randint(0, 6)))}
    if name != SUBMIT:
        case.body["userIds"] = [draw.choice(FIXTURE["crew"])]
    if name == REOPEN:
        case.body["reason"] = "Fahrt fehlt"


def adjust_absences(case):
    """Asks for days that are mostly free, and sets the targets of people who are there."""
    name = name_of(case)
    if not by_chance(0.7):
        return
    if name == ABSENCES:
        day = datetime.date.today() + datetime.timedelta(days=draw.randint(1, 1000))
        case.path_parameters["companyId"] = FIXTURE["places"][0]["companyId"]
        case.body = {"kind": draw.choice(["VACATION", "SICK", "OTHER"]), "from": str(day), "userId": FIXTURE["self"]}
    if name == TARGETS:
        case.path_parameters |= {"companyId": FIXTURE["places"][0]["companyId"], "userId": draw.choice(FIXTURE["people"])}
        case.body = {"targets": [{"from": f"2026-{draw.randint(1, 12):02}-01", "monday": draw.randint(0, 600)}]}
    if name == f"PATCH {ABSENCE}":
        case.body = {"note": "Familie"} if FIXTURE["role"] == "WORKER" else {"state": draw.choice(["OK", "NO"])}


def adjust_clarifications(case):
    """Decides what waits, each once: a check-out, with a check-in a minute before it."""
    name = name_of(case)
    # Some stay for the one that comes later.
    if name not in (BOOK, DECLINE) or len(FIXTURE["waiting"]) <= (6 if name == BOOK else 0) or not by_chance(0.8):
        return
    # Where something else is wrong, none of the few is used up.
    if case.meta.generation.mode.is_negative:
        return
    case.path_parameters |= {
        "companyId": FIXTURE["places"][0]["companyId"], "clarificationId": FIXTURE["waiting"].pop()}
    if name == DECLINE:
        case.body = {"reason": "Doppelt"}
        return
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=draw.randint(60, 8000))
    case.body = {
        "checkedInAt": start.isoformat(), "checkedOutAt": (start + datetime.timedelta(minutes=1)).isoformat()}


def adjust_credentials(case):
    name = name_of(case)
    if name == SIGN_IN and hashes[name] > 1:
        case.body |= account
    if name == CARD_HOLDER and by_chance(0.3):
        case.body = {"code": FIXTURE["cards"][0]}
    if name == CARD and hashes[CARD] > 0 and by_chance(0.5):
        case.body = {"code": FIXTURE["cards"][hashes[CARD]], "pin": "274961"}
        hashes[CARD] -= 1
    if name == PIN and by_chance(0.3):
        case.body = dict(FIXTURE["phones"][0])
    # Wrong guesses are counted, and soon end the right ones too.
    if name == CONFIRM and by_chance(0.8):
        case.body["password"] = account["password"]
    if name == RESET_PASSWORD and by_chance(0.5):
        case.body["email"] = account["email"]
    if hashes.get(name, 1) <= 0:
        case.body.pop("password", None)
