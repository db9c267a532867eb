// What deploy/edge does, asked by real requests, in front of a real server and a real export.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import worker from "../../deploy/edge/worker.js";
import middleware, { config } from "../../deploy/edge/vercel/middleware.js";

const binary = path.resolve(process.env.POLIER_TEST_BINARY);
const folder = mkdtempSync(path.join(tmpdir(), "polier-edge-"));
const servers = [];
let server, origin, demo, cloudflare, vercel;

const types = { html: "text/html", css: "text/css", js: "text/javascript", svg: "image/svg+xml", webmanifest: "application/manifest+json" };

/** A file of the export, as the platforms hand it out. */
function file(pathname) {
  try {
    const name = pathname.split(".").pop();
    return new Response(readFileSync(path.join(folder, "files", pathname)), { headers: { "Content-Type": types[name] } });
  } catch {
    return new Response(null, { status: 404 });
  }
}

/** Serves what a function answers to requests, and returns the address. */
async function listen(answer) {
  const listener = createServer(async (incoming, outgoing) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method,
      headers: incoming.headers,
      body: chunks.length ? Buffer.concat(chunks) : undefined,
    });
    // What throws there shows as an error of the platform's.
    const response = await (async () => answer(request))().catch((error) => new Response(String(error), { status: 500 }));
    outgoing.writeHead(response.status, [...response.headers].flat());
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  servers.push(listener);
  await new Promise((done) => listener.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${listener.address().port}`;
}

before(async () => {
  execFileSync(binary, ["web", "export", path.join(folder, "files")]);
  const logins = execFileSync(binary, ["seed-demo"], { cwd: folder }).toString();
  demo = { email: /(\S+@\S+)  .*manager/.exec(logins)[1], password: /password is '([^']+)'/.exec(logins)[1] };
  // The edge's address is the one that people know.
  cloudflare = await listen((request) => {
    request.headers.set("CF-Connecting-IP", "203.0.113.7");
    return worker.fetch(request, { POLIER_ORIGIN: origin, POLIER_HSTS_SUBDOMAINS: "true", ASSETS: { fetch: (asked) => file(new URL(asked.url).pathname) } });
  });
  const matched = config.matcher.map((pattern) => new RegExp(`^${pattern.replace(":path*", ".*")}$`));
  vercel = await listen((request) => {
    const { pathname } = new URL(request.url);
    request.headers.set("X-Real-IP", "203.0.113.8");
    return matched.some((one) => one.test(pathname)) ? middleware(request) : file(pathname);
  });
  server = spawn(
    binary,
    ["serve", "--http-port", "0", "--public-url", cloudflare, "--trusted-proxies", "127.0.0.1", "--drain-seconds", "0"],
    { cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
  );
  origin = await new Promise((found, failed) => {
    let log = "";
    server.stderr.on("data", (chunk) => {
      log += chunk;
      const address = /listening on (\S+)/.exec(log)?.[1];
      if (address) found(address);
    });
    server.on("exit", () => failed(new Error(log)));
  });
  process.env.POLIER_ORIGIN = origin;
});

after(() => {
  server?.kill();
  for (const one of servers) one.close();
  rmSync(folder, { recursive: true });
});

async function signIn(at) {
  const answer = await fetch(`${at}/api/v1/auth/signin`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: cloudflare, "X-Forwarded-For": "198.51.100.1" },
    body: JSON.stringify({ email: demo.email, password: demo.password }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.headers.get("set-cookie").split(";")[0];
}

for (const platform of ["cloudflare", "vercel"]) {
  describe(platform, () => {
    const at = () => (platform === "cloudflare" ? cloudflare : vercel);

    test("strangers get the page in their language, with what it may load", async () => {
      for (const [header, language, title] of [
        ["en-GB,de;q=0.5", "en", "Sign in · Polier"], ["fr, de;q=0.3, en;q=0.2", "de", "Anmelden · Polier"],
        ["en;q=0, fr", "de", "Anmelden · Polier"], ["", "de", "Anmelden · Polier"],
        // What every object has is no language.
        ["constructor, __proto__, toString, en", "en", "Sign in · Polier"], ["valueOf", "de", "Anmelden · Polier"],
      ]) {
        const found = await fetch(`${at()}/sites/42`, { headers: { "Accept-Language": header } });
        const html = await found.text();
        assert.equal(found.status, 200);
        assert.match(html, new RegExp(`<html lang="${language}">`));
        assert.match(html, new RegExp(`<title>${title}</title>`));
        assert.doesNotMatch(html, /first-data/);
        assert.equal(found.headers.get("Cache-Control"), "no-cache");
        assert.match(found.headers.get("Content-Security-Policy"), /script-src 'self' 'sha256-.*frame-ancestors 'none'$/);
        assert.equal(found.headers.get("X-Content-Type-Options"), "nosniff");
        assert.equal(found.headers.get("Strict-Transport-Security"), "max-age=31536000; includeSubDomains");
      }
      const index = await fetch(`${at()}/index.html`);
      assert.equal(index.status, 200);
    });

    test("files are kept for ever by their hash", async () => {
      const html = await (await fetch(`${at()}/`)).text();
      const names = [...html.matchAll(/"(\/[^"]+\.[0-9a-f]{8}\.(?:js|css))"/g)].map((match) => match[1]);
      assert.ok(names.length > 10);
      const found = await fetch(at() + names[0]);
      assert.equal(found.status, 200);
      if (platform === "cloudflare") {
        assert.equal(found.headers.get("Cache-Control"), "public, max-age=31536000, immutable");
        assert.equal((await fetch(`${at()}/sw.js`)).headers.get("Cache-Control"), "no-cache");
        assert.equal((await fetch(`${at()}/app/none.js`)).headers.get("Cache-Control"), "no-cache");
      }
      assert.equal((await fetch(`${at()}/app/none.js`)).status, 404);
    });

    test("the API is reached with the caller's address, and the browser's rules hold", async () => {
      const session = await signIn(at());
      const ask = (path, options = {}) => fetch(at() + path, { ...options, headers: { Cookie: session, ...options.headers } });
      const me = await (await ask("/api/v1/users/me")).json();
      assert.equal(me.email, demo.email);
      // Long enough to be compressed on the way: it must say what it is, or no one can read it.
      assert.equal((await (await ask("/api/v1/openapi.json")).json()).info.title, "Polier");
      const foreign = { Origin: "https://evil.example", "Content-Type": "application/json" };
      assert.equal((await ask("/api/v1/users/me", { method: "PUT", body: "{}", headers: foreign })).status, 403);
      const own = { Origin: cloudflare, "Content-Type": "application/json" };
      const body = JSON.stringify({ firstName: me.firstName });
      assert.equal((await ask("/api/v1/users/me", { method: "PUT", body, headers: own })).status, 200);
      assert.equal((await ask("/api/v1/nothing")).status, 404);
      assert.match(await (await ask("/docs")).text(), /openapi\.json/);
      // Where a problem's type leads is a page of the server's too.
      const refused = await (await ask("/api/v1/nothing")).json();
      assert.equal(refused.type, "/problems/no-such-address");
      assert.match(await (await ask(refused.type)).text(), /no-such-address/);
      assert.equal((await ask("/problems/constructor")).status, 404);
      assert.equal((await fetch(`${at()}/sites`, { method: "POST" })).status, 405);
    });

    test("someone who is signed in finds the first answers in the page, and no one keeps it", async () => {
      const session = await signIn(at());
      const found = await fetch(`${at()}/`, { headers: { Cookie: session, "Accept-Language": "en" } });
      assert.equal(found.headers.get("Cache-Control"), "private, no-store");
      const html = await found.text();
      const data = JSON.parse(/<script type="application\/json" id="first-data">(.*)<\/script>/.exec(html)[1]);
      const me = data["/api/v1/users/me"];
      assert.equal(me.email, demo.email);
      // The person's own language counts before the browser's.
      assert.match(html, new RegExp(`<html lang="${me.language}">`));
      const company = `/api/v1/companies/${me.companyId}`;
      assert.deepEqual(Object.keys(data).sort(), ["/api/v1/users/me", company, `${company}/overview`].sort());
      assert.ok(data[`${company}/overview`].sites.length > 0);

      const titles = { sites: me.language === "de" ? "Baustellen · Polier" : "Sites · Polier" };
      for (const path of ["sites", "constructor", "__proto__", "toString", "label", "languages"]) {
        const page = await (await fetch(`${at()}/${path}`, { headers: { Cookie: session } })).text();
        assert.equal(/<title>(.*)<\/title>/.exec(page)[1], Object.hasOwn(titles, path) ? titles[path] : "Polier", path);
      }

      const other = await fetch(`${at()}/`, { headers: { Cookie: "polier-session=over" } });
      assert.doesNotMatch(await other.text(), /first-data/);
      assert.equal(other.headers.get("Cache-Control"), "no-cache");
    });
  });
}

test("what a company calls itself can't end the element that holds it", async () => {
  const session = await signIn(cloudflare);
  const headers = { Cookie: session, Origin: cloudflare, "Content-Type": "application/json" };
  const me = await (await fetch(`${cloudflare}/api/v1/users/me`, { headers })).json();
  const name = "</script><script>alert(1)</script> $& Kern";
  const body = JSON.stringify({ name });
  const changed = await fetch(`${cloudflare}/api/v1/companies/${me.companyId}`, { method: "PATCH", body, headers });
  assert.equal(changed.status, 200);
  const html = await (await fetch(`${cloudflare}/`, { headers })).text();
  assert.doesNotMatch(html, /<script>alert/);
  const data = JSON.parse(/<script type="application\/json" id="first-data">(.*)<\/script>/.exec(html)[1]);
  assert.equal(data[`/api/v1/companies/${me.companyId}`].name, name);
});

test("browsers keep to https for this name only, unless the setting says more", async () => {
  const env = { POLIER_ORIGIN: origin, ASSETS: { fetch: (asked) => file(new URL(asked.url).pathname) } };
  for (const path of ["/", "/sw.js"]) {
    for (const value of [undefined, "false", "true"]) {
      const found = await worker.fetch(new Request(`https://polier.example.de${path}`), { ...env, POLIER_HSTS_SUBDOMAINS: value });
      assert.equal(found.headers.get("Strict-Transport-Security"), `max-age=31536000${value === "true" ? "; includeSubDomains" : ""}`);
    }
  }
  const ofFiles = JSON.parse(readFileSync("deploy/edge/vercel/vercel.json")).headers.at(-1).headers;
  const vercel = await middleware(new Request("https://polier.example.de/", { method: "POST" }));
  assert.equal(vercel.status, 405);
  assert.equal(vercel.headers.get("Strict-Transport-Security"), "max-age=31536000; includeSubDomains");
  assert.equal(ofFiles.find(({ key }) => key === "Strict-Transport-Security").value, "max-age=31536000; includeSubDomains");
});

test("a server that is away is told in one sentence, and the page still comes", async () => {
  const away = origin;
  origin = process.env.POLIER_ORIGIN = "http://127.0.0.1:1";
  try {
    for (const at of [cloudflare, vercel]) {
      const answer = await fetch(`${at}/api/v1/users/me`);
      assert.equal(answer.status, 502);
      assert.equal(answer.headers.get("Retry-After"), "2");
      const { type, code, params, detail } = await answer.json();
      assert.deepEqual({ type, code, params }, { type: "/problems/server-unreachable", code: "server-unreachable", params: {} });
      assert.match(detail, /can't be reached/);
      const page = await fetch(`${at}/`, { headers: { Cookie: "polier-session=x" } });
      assert.equal(page.status, 200);
    }
  } finally {
    origin = process.env.POLIER_ORIGIN = away;
  }
});

test("probes tell of the server, and of none that is away, mute or on its way out", async () => {
  const hidden = { origin };
  const use = (address) => (origin = process.env.POLIER_ORIGIN = address);
  const draining = await listen(() => Response.json({ status: "draining" }, { status: 503 }));
  const mute = createServer(() => {});
  // Begins to answer, and never ends.
  const halting = createServer((_, outgoing) => outgoing.writeHead(200, { "Content-Type": "application/json" }).write("{"));
  for (const one of [mute, halting]) await new Promise((done) => one.listen(0, "127.0.0.1", done));
  const addressOf = (one) => `http://127.0.0.1:${one.address().port}`;
  try {
    for (const at of [cloudflare, vercel]) {
      for (const path of ["/livez", "/readyz", "/readyz/"]) {
        use(hidden.origin);
        const [through, direct] = [await fetch(at + path), await fetch(hidden.origin + path)];
        assert.equal(through.status, 200);
        assert.deepEqual(await through.json(), await direct.json());
        assert.equal(through.headers.get("Cache-Control"), "no-store");
        assert.equal(through.headers.get("X-Content-Type-Options"), "nosniff");
        assert.equal((await fetch(at + path, { method: "HEAD" })).status, 200);
        assert.equal((await fetch(at + path, { method: "POST" })).status, 405);

        use(draining);
        assert.equal((await fetch(at + path)).status, 503);
        assert.equal((await fetch(at + path, { method: "HEAD" })).status, 503);
        use("http://127.0.0.1:1");
        const gone = await fetch(at + path);
        assert.equal(gone.status, 502);
        assert.equal(gone.headers.get("Cache-Control"), "no-store");
      }
      for (const silent of [mute, halting]) {
        use(addressOf(silent));
        const start = Date.now();
        assert.equal((await fetch(`${at}/readyz`)).status, 502);
        assert.ok(Date.now() - start < 6000);
      }
    }
  } finally {
    use(hidden.origin);
    for (const one of [mute, halting]) {
      one.closeAllConnections();
      one.close();
    }
  }
});

test("the caller's address is the platform's word, not the caller's", async () => {
  const heard = [];
  const spy = await listen((request) => {
    heard.push(request.headers);
    return Response.json({});
  });
  const away = origin;
  origin = process.env.POLIER_ORIGIN = spy;
  try {
    const headers = { "X-Forwarded-For": "198.51.100.1", Forwarded: "for=198.51.100.2", "X-Real-IP": "198.51.100.3" };
    for (const [at, address] of [[cloudflare, "203.0.113.7"], [vercel, "203.0.113.8"]]) {
      await fetch(`${at}/api/v1/operator`, { headers });
      const found = heard.at(-1);
      assert.equal(found.get("X-Forwarded-For"), address);
      assert.equal(found.get("X-Forwarded-Proto"), "http");
      assert.equal(found.get("X-Forwarded-Host"), new URL(at).host);
      assert.equal(found.get("Forwarded"), null);
      assert.equal(found.get("X-Real-IP"), null);
    }
  } finally {
    origin = process.env.POLIER_ORIGIN = away;
  }
});
