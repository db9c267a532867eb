// What each kind of act sends, which other acts it waits for, and what is remembered of it to show it.

export const materialPath = (company, site, material) => `/companies/${company}/sites/${site}/materials/${material}`;
export const clockPath = (company, site, kind) => `/companies/${company}/sites/${site}/${kind}`;

/** @param {Parameters<typeof import("app/queue.js").queue.adjust>[0]} what */
export const adjustment = ({ company, site, material, delta, note, name, unit, key, at, isTyped, isUndo }) => ({
  kind: "adjust",
  lane: materialPath(company, site, material),
  path: `${materialPath(company, site, material)}/adjust-quantity`,
  body: { delta, unit, ...(note && { note }), ...(isUndo && { undo: true }) },
  about: { company, site, material, name, unit },
  key,
  at,
  isTyped,
});

/** Acts that move material from one place to another. */
export const moves = new Set(["transfer", "finish"]);

/** How an act changes the amount of a material. */
export function deltaOf({ kind, body, about }, path) {
  if (!moves.has(kind)) return body.delta;
  return about.lines.reduce((sum, { from, there, amount }) => sum + (there === path ? amount : 0) - (from === path ? amount : 0), 0);
}

/**
 * A material that goes to another place: `there` is the material that it becomes there, where that is known.
 * @typedef {{material: string, name: string, unit: string, amount: number, to?: string, there?: string, scrap?: string}} Line
 * @typedef {{company: string, site: string, siteName: string, note?: string | null, lines: Line[]}} Moved
 * @typedef {Moved & {to: string, toName: string}} Moving
 * @typedef {Moved & {restTo: string | null}} Finishing `restTo`: where the material without a line goes; null for the depot. A line without `to` and
 *   `scrap` goes there too: it is here for the amounts that are shown.
 */

/** @param {Moved} what  @param {(line: Line) => string | undefined} target */
function aboutMoved({ company, site, siteName, lines }, target) {
  return {
    company, site, siteName,
    lines: lines.map((line) => {
      const to = target(line);
      return { ...line, to, from: materialPath(company, site, line.material), there: line.there && to && materialPath(company, to, line.there) };
    }),
  };
}

/** In order with whatever else changes these amounts, here and there. */
const lanesOfMoved = ({ lines }) => [...new Set(["moves", ...lines.flatMap(({ from, there }) => [from, there]).filter(Boolean)])];

/** @param {Moving} what */
export function moving(what) {
  const about = { ...aboutMoved(what, () => what.to), to: what.to, toName: what.toName };
  return {
    kind: "transfer",
    lane: "moves",
    lanes: lanesOfMoved(about),
    path: `/companies/${what.company}/transfers`,
    body: {
      fromSiteId: what.site, toSiteId: what.to, lines: what.lines.map(({ material, amount, unit }) => ({ materialId: material, amount, unit })),
      ...(what.note && { note: what.note }),
    },
    about,
  };
}

/** @param {Finishing} what */
export function finishing(what) {
  const about = { ...aboutMoved(what, ({ to, scrap }) => (scrap ? undefined : to ?? what.restTo ?? undefined)), restTo: what.restTo };
  const lines = what.lines.filter(({ to, scrap }) => to || scrap)
    .map(({ material, to, scrap }) => ({ materialId: material, ...(scrap ? { scrap } : { toSiteId: to }) }));
  return {
    kind: "finish",
    lane: "moves",
    lanes: lanesOfMoved(about),
    path: `/companies/${what.company}/sites/${what.site}/finish`,
    body: { ...(what.restTo && { restTo: what.restTo }), ...(lines.length && { lines }), ...(what.note && { note: what.note }) },
    about,
  };
}

/**
 * @typedef {{company: string, site: string, siteName: string, people: {id: string, name: string}[]}} Crew
 * @typedef {Crew & {body: {checkedInAt: string, checkedOutAt?: string, kind?: string, breaks?: object[], confirm?: true,
 *   reason: string}}} CrewIn
 * @typedef {Crew & {entry: string, body: {checkedOutAt: string, reason: string}}} CrewOut `entry` is the one that ends.
 * @typedef {Crew & {was: {id: string, version?: number}, toName?: string, body: {checkedInAt?: string, checkedOutAt?: string | null,
 *   kind?: string, breaks?: object[], siteId?: string, confirm?: true, reason: string}}} CrewFix `was` is the entry as it was shown: what
 *   another person changed since isn't overwritten. `toName`: of the site to which it moves.
 */
const aboutCrew = ({ company, site, siteName, people }) => ({ company, site, siteName, people });

/** @param {CrewIn} hours */
export const crewIn = (hours) => ({
  kind: "crew-in",
  lane: `crew:${hours.site}`,
  path: `/companies/${hours.company}/sites/${hours.site}/time-entries`,
  body: { userIds: hours.people.map(({ id }) => id), ...hours.body },
  about: aboutCrew(hours),
});

/** @param {CrewOut} hours */
export const crewOut = (hours) => ({
  kind: "crew-out",
  // Sent twice it changes nothing more.
  method: "PATCH",
  lane: `crew:${hours.site}`,
  path: `/companies/${hours.company}/sites/${hours.site}/time-entries/${hours.entry}`,
  body: hours.body,
  about: { ...aboutCrew(hours), entry: hours.entry },
});

/** @param {CrewFix} hours */
export const crewFix = ({ was, toName, body, ...hours }) => ({
  ...crewOut({ ...hours, entry: was.id, body: /** @type {any} */ (body) }),
  kind: "crew-fix",
  version: was.version,
  about: { ...aboutCrew(hours), was, ...(toName && { toName }) },
});

/** @param {CrewFix} hours */
export const crewVoid = ({ was, body, ...hours }) => ({
  kind: "crew-void",
  lane: `crew:${hours.site}`,
  path: `/companies/${hours.company}/sites/${hours.site}/time-entries/${was.id}/void`,
  body,
  version: was.version,
  about: { ...aboutCrew(hours), was },
});

/** Says when it was done, so that it isn't refused where it comes late. What is void has no time. */
export const dated = (/** @type {any} */ { kind }, body, at) => (kind === "crew-void" ? body : { ...body, at: body.at ?? at });
