// Who is signed in. The session itself is a cookie that scripts can't see; what is remembered here is only whose it was.

import { api, hasFirstAnswer, whenUnauthorized } from "app/api.js";
import { connection } from "app/connection.js";
import { kept } from "app/kept.js";
import { notes } from "app/notes.js";
import { chooseLanguage, setTimeZone, useAllWords } from "app/words.js";

// {id, role} of whoever was signed in last; `isOver` once the server has ended their session.
const note = "polier.user";
const noted = () => JSON.parse(notes.get(note) ?? "null");
/** Who is signed in, as far as this browser knows. */
export function lastPerson() {
  const person = noted();
  return person?.isOver ? null : person;
}
const me = "/users/me";
const listeners = new Set();
const leavers = new Set();
const guards = new Set();

export const session = {
  /** "in", "out", or "expired": the server wants the password again, what the person was doing is still there. */
  state: "out",
  /** The person, as /users/me says. */
  user: null,
  /** Their company; null for an ADMIN, and for a moment after the first sign-in. */
  company: null,

  /**
   * @param {() => void} listener Hears of every change.
   * @param {AbortSignal} [signal] ends it.
   */
  onChange(listener, signal) {
    listeners.add(listener);
    signal?.addEventListener("abort", () => listeners.delete(listener));
  },
  /** @param {() => unknown} leaver Runs before what is kept in this browser is wiped. */
  onLeave: (leaver) => leavers.add(leaver),
  /** @param {() => Promise<boolean>} guard Whether the person wants to sign out, whatever they would lose. */
  beforeSignOut: (guard) => guards.add(guard),

  /** Finds out who is signed in, from the last visit if possible. */
  async start() {
    const known = lastPerson();
    if (hasFirstAnswer(me)) return adopt(await api.get(me));
    // A session that ended while the page was closing may have left some of what it kept.
    if (!known) return void kept.wipe();
    await kept.belongTo(known.id);
    const entry = await kept.recall(me);
    if (entry) {
      await adopt(entry.value);
      kept.refresh(me).then(adopt, ignore);
    } else {
      await kept.refresh(me).then(adopt, ignore);
    }
  },

  async signIn(email, password) {
    const { user } = await api.post("/auth/signin", { email, password });
    await adopt(user);
  },

  /**
   * Throws a Problem without a signal: only the server can end a session. Where it has ended already, what isn't sent yet stays for the
   * person whose it is.
   */
  async signOut() {
    if (session.state === "expired") return forget({ unsentToo: false });
    // Nobody is asked what they would lose where nothing can come of it.
    if (!connection.online) await api.get(me).catch(unlessOver);
    for (const mayLeave of guards) if (!(await mayLeave())) return;
    await api.post("/auth/signout").catch(unlessOver);
    await forget({ unsentToo: true });
  },

  /** After the person changed their own account. */
  changed: (user) => adopt(user),
};

/** Whose session is over is signed out already. */
function unlessOver(problem) {
  if (problem.status !== 401) throw problem;
}

async function adopt(user) {
  notes.set(note, JSON.stringify({ id: user.id, role: user.role }));
  await kept.belongTo(user.id);
  if (kept.peek(me)?.value !== user) kept.put(me, user);
  if (session.company && session.company.id !== user.companyId) session.company = null;
  session.user = user;
  session.state = "in";
  await Promise.all([chooseLanguage(user.language), useAllWords()]);
  if (user.companyId && !session.company) findCompany(`/companies/${user.companyId}`);
  tell();
}

// The app doesn't wait for it: it names the firm and its time zone.
function findCompany(path) {
  const use = (company) => {
    session.company = company;
    setTimeZone(company.timeZone);
    tell();
  };
  kept.watch(path, use, new AbortController().signal);
  kept.recall(path).then((entry) => {
    if (entry) use(entry.value);
    kept.refresh(path).catch(ignore);
  });
}

async function forget({ unsentToo }) {
  notes.remove(note);
  if (unsentToo) for (const leaver of leavers) await leaver();
  await kept.wipe();
  Object.assign(session, { state: "out", user: null, company: null });
  tell();
}

function tell() {
  for (const listener of listeners) listener();
}

// The answer that an expired session gets is dealt with below; without a signal what is known stays.
const ignore = () => {};

whenUnauthorized(() => {
  // The next visit begins at the sign-in form.
  if (session.user) notes.set(note, JSON.stringify({ ...noted(), isOver: true }));
  end();
});

// What was kept goes with the session; what isn't sent yet stays, and so does what is being typed.
function end() {
  session.state = session.user ? "expired" : "out";
  kept.wipe();
  tell();
}

// Signed in, or out, or as another person, in another tab.
addEventListener("storage", ({ key }) => {
  if (key !== note) return;
  const person = noted();
  if (person?.id !== session.user?.id) {
    if (session.state !== "expired") location.reload();
  } else if (person?.isOver) {
    if (session.state === "in") end();
  } else if (session.state === "expired") {
    // The same person has signed in there.
    api.get(me).then(adopt, ignore);
  }
});
