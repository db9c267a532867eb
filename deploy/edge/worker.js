// Polier's front on Cloudflare Workers; wrangler.toml names the files and the server.

import { answer, fileAddress } from "./edge.js";

export default {
  fetch: (request, env) =>
    answer(request, {
      origin: env.POLIER_ORIGIN,
      address: request.headers.get("CF-Connecting-IP") ?? "",
      subdomains: env.POLIER_HSTS_SUBDOMAINS === "true",
      file: (path) => env.ASSETS.fetch(new Request(fileAddress(path, request))),
    }),
};
