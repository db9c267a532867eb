// What was typed into a dialog and not sent. It is restored when the dialog is opened again, in this tab and by the same person.

import { tabNotes } from "app/notes.js";
import { session } from "app/session.js";

const note = "polier.drafts";
const most = 20;

function read() {
  const { user, drafts = [] } = JSON.parse(tabNotes.get(note) ?? "{}");
  if (user === session.user?.id) return new Map(drafts);
  // Another person's drafts are private.
  if (session.state === "in") tabNotes.remove(note);
  return new Map();
}

function write(all) {
  const drafts = [...all].slice(-most);
  if (drafts.length) tabNotes.set(note, JSON.stringify({ user: session.user?.id, drafts }));
  else tabNotes.remove(note);
}

/** What was typed into one form: `{fields, etag?, was?}`, the fields that were touched by name; undefined where there is nothing. */
export const draftOf = (name) => ({
  get: () => read().get(name),
  set(draft) {
    const all = read();
    // The latest goes last.
    all.delete(name);
    write(all.set(name, draft));
  },
  remove() {
    const all = read();
    if (all.delete(name)) write(all);
  },
});

session.onChange(read);
session.onLeave(() => tabNotes.remove(note));
