// Polier's front on Vercel: the platform serves files by itself (vercel.json has their headers); pages and /api come here.

import { answer, fileAddress } from "../edge.js";

export const config = { matcher: ["/", "/api/:path*", "/docs/:path*", "/problems/:path*", "/((?!.*\\.).*)"] };

export default function middleware(request) {
  return answer(request, {
    origin: process.env.POLIER_ORIGIN,
    address: request.headers.get("x-real-ip") ?? "",
    // vercel.json says the same of files.
    subdomains: true,
    // A path with a file's ending doesn't come back here.
    file: (path) => fetch(fileAddress(path, request)),
  });
}
