// What an edge platform does in front of a Polier server: serves the files that `polier web export` wrote, forwards /api, /docs
// and /problems, lets probes see the server, and renders the first page with what it shows already in it. Only what browsers and all platforms share (Request, Response,
// fetch) is used; worker.js and vercel/middleware.js connect it to each platform.

import { accounts as deAccounts } from "../../web/words/de-accounts.js";
import deInside from "../../web/words/de-inside.js";
import { people as dePeople } from "../../web/words/de-people.js";
import de from "../../web/words/de.js";
import { accounts as enAccounts } from "../../web/words/en-accounts.js";
import enInside from "../../web/words/en-inside.js";
import { people as enPeople } from "../../web/words/en-people.js";
import en from "../../web/words/en.js";

// A Map, like every table here with outside keys: an object would also have "constructor".
const words = new Map([["de", joined(de, deInside, deAccounts, dePeople)], ["en", joined(en, enInside, enAccounts, enPeople)]]);

/** The words that titles are of, as the app joins its files. */
function joined(...parts) {
  const all = {};
  for (const [name, section] of parts.flatMap(Object.entries)) all[name] = { ...all[name], ...section };
  return all;
}

/** The addresses whose titles are those of the menu. */
const named = ["start", "sites", "people", "hours", "company", "companies", "profile", "imprint", "privacy"];

/** The session's cookie; its first name is that of a server that people reach by https. */
const cookie = /(?:^|;\s*)(?:__Host-)?polier-session=/;

/** How long browsers keep to https: a year, in seconds. */
const year = "max-age=31536000";

/** How long the first data may keep the page waiting, in milliseconds. */
const patience = 800;

/** How long the server may take to answer a probe, in milliseconds: less than those wait who ask. */
const probePatience = 3000;

// A connection's own headers (RFC 9110, section 7.6.1), and those about the caller that only this code may set.
const notForwarded = [
  "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "host", "content-length",
  "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip",
];

/**
 * @param {Request} request
 * @param {{origin: string, address: string, subdomains: boolean, file: (path: string) => Promise<Response>}} platform `origin` is
 *   the server's address, `address` the caller's, and `file` hands out a file of the export. `subdomains` says whether
 *   browsers keep to https for the names below this one too; the server's POLIER_HSTS_SUBDOMAINS must be the same.
 */
export async function answer(request, { origin, address, subdomains, file }) {
  const url = new URL(request.url);
  if (/^\/(api|docs|problems)(\/|$)/.test(url.pathname)) return forward(request, url, origin, address, subdomains);
  const isProbe = /^\/(livez|readyz)\/?$/.test(url.pathname);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: withSecurity({ Allow: "GET, HEAD" }, subdomains) });
  }
  if (isProbe) return probe(request, url, origin, subdomains);
  // The page's own name is an address of the app like any other.
  const isFile = url.pathname.split("/").pop().includes(".") && url.pathname !== "/index.html";
  return isFile
    ? plain(await file(url.pathname), url.pathname, subdomains)
    : page(request, url, origin, address, subdomains, await file("/index.html"));
}

/** Where a platform has a file of the export: always at this address, whatever the path looks like. */
export function fileAddress(path, request) {
  const url = new URL(request.url);
  [url.pathname, url.search] = [path, ""];
  return url;
}

async function forward(request, url, origin, address, subdomains) {
  const headers = new Headers(request.headers);
  for (const name of notForwarded) headers.delete(name);
  // The platform compresses on the way to the browser. What the server compresses, fetch unpacks on some platforms, and leaves
  // the header that says it is packed.
  headers.set("Accept-Encoding", "identity");
  headers.set("X-Forwarded-For", address);
  headers.set("X-Forwarded-Host", url.host);
  headers.set("X-Forwarded-Proto", url.protocol.slice(0, -1));
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  try {
    return await fetch(origin + url.pathname + url.search, {
      method: request.method,
      headers,
      body: hasBody ? await request.arrayBuffer() : undefined,
      redirect: "manual",
    });
  } catch {
    return unreachable(subdomains);
  }
}

/** What the server says of itself, now; the edge's own health is of no use to who asks. */
async function probe(request, url, origin, subdomains) {
  try {
    const signal = AbortSignal.timeout(probePatience);
    const found = await fetch(origin + url.pathname, { method: request.method, redirect: "manual", signal });
    // Read here, within the time; null where there is none to have (HEAD).
    const body = request.method === "HEAD" ? null : await found.arrayBuffer();
    const headers = withSecurity({ "Cache-Control": "no-store" }, subdomains);
    for (const name of ["Content-Type", "Retry-After"]) {
      if (found.headers.has(name)) headers.set(name, found.headers.get(name));
    }
    return new Response(body, { status: found.status, headers });
  } catch {
    return unreachable(subdomains);
  }
}

function unreachable(subdomains) {
  const detail = "The server can't be reached. Try again in a moment.";
  const code = "server-unreachable";
  const problem = { type: `/problems/${code}`, code, params: {}, title: "Bad Gateway", status: 502, detail, error: detail };
  return new Response(JSON.stringify(problem), {
    status: 502,
    headers: withSecurity(
      { "Content-Type": "application/problem+json", "Retry-After": "2", "Cache-Control": "no-store" },
      subdomains,
    ),
  });
}

function plain(found, path, subdomains) {
  const headers = withSecurity(found.headers, subdomains);
  const isForEver = /\.[0-9a-f]{8}\.[a-z]+$/.test(path);
  headers.set("Cache-Control", found.ok && isForEver ? "public, max-age=31536000, immutable" : "no-cache");
  return new Response(found.body, { status: found.status, headers });
}

/** The page in the reader's language and, for a person who is signed in, with the first answers that it will ask for. */
async function page(request, url, origin, address, subdomains, found) {
  const data = cookie.test(request.headers.get("Cookie") ?? "") ? await firstData(request, url, origin, address) : {};
  const user = data["/api/v1/users/me"];
  const language = words.has(user?.language) ? user.language : preferred(request.headers.get("Accept-Language"));
  let html = await found.text();
  const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(html)?.[1];
  html = html
    .replace(/<html lang="[a-z]+">/, `<html lang="${language}">`)
    .replace(/<title>[^<]*<\/title>/, () => `<title>${title(url.pathname, words.get(language), user)}</title>`);
  if (user) {
    // "<" could end the element.
    const json = JSON.stringify(data).replaceAll("<", "\\u003c");
    html = html.replace("</head>", () => `<script type="application/json" id="first-data">${json}</script>\n</head>`);
  }
  const headers = withSecurity({ "Content-Type": "text/html; charset=utf-8" }, subdomains);
  headers.set("Content-Security-Policy", [policy, "frame-ancestors 'none'"].filter(Boolean).join("; "));
  // Who is signed in gets a page of their own.
  headers.set("Cache-Control", user ? "private, no-store" : "no-cache");
  headers.set("Vary", "Accept-Language, Cookie");
  return new Response(request.method === "HEAD" ? null : html, { headers });
}

/** By path, what the page at this address asks for first. Empty where the session is over or the server is slow. */
async function firstData(request, url, origin, address) {
  const signal = AbortSignal.timeout(patience);
  const headers = { Cookie: request.headers.get("Cookie"), "X-Forwarded-For": address, Accept: "application/json" };
  const data = {};
  const ask = async (path) => {
    const found = await fetch(origin + path, { headers, signal });
    if (!found.ok || found.headers.has("Link")) throw new Error(`${path}: ${found.status}`);
    data[path] = await found.json();
    return data[path];
  };
  try {
    const { companyId } = await ask("/api/v1/users/me");
    if (companyId) {
      const company = `/api/v1/companies/${companyId}`;
      const start = url.pathname === "/" ? [`${company}/overview`] : [];
      // What fails is asked for by the page itself.
      await Promise.allSettled([company, ...start].map(ask));
    }
  } catch {
    return {};
  }
  return data;
}

/** The language of `Accept-Language` with the greatest weight that there are words for (RFC 9110, section 12.5.4). */
function preferred(header) {
  const wishes = (header ?? "")
    .split(",")
    .map((wish) => {
      const [tag, ...parameters] = wish.trim().toLowerCase().split(";");
      const weight = parameters.map((parameter) => /^\s*q=([0-9.]+)/.exec(parameter)?.[1]).find(Boolean);
      return { language: tag.split("-")[0], weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ language, weight }) => words.has(language) && weight > 0)
    .sort((one, other) => other.weight - one.weight);
  return wishes[0]?.language ?? "de";
}

function title(path, { nav, signIn, card, register, forgot, setPassword, verify, confirmEmail, restoreEmail }, user) {
  const open = new Map([
    ["card", card.title], ["register", register.title], ["forgot-password", forgot.title], ["set-password", setPassword.title],
    ["verify", verify.title], ["confirm-email", confirmEmail.title], ["restore-email", restoreEmail.title],
    ["imprint", nav.imprint], ["privacy", nav.privacy],
  ]);
  const first = path.split("/")[1] || "start";
  const head = open.get(first) ?? (user ? named.includes(first) && nav[first] : signIn.title);
  return head ? `${head} · Polier` : "Polier";
}

function withSecurity(from, subdomains) {
  const headers = new Headers(from);
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  headers.set("Strict-Transport-Security", subdomains ? `${year}; includeSubDomains` : year);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  return headers;
}
