// A QR code as the server draws it: dark on white in both colour schemes, or cameras don't find it.

import { html } from "app/html.js";

/** Modules of light around the code, as ISO/IEC 18004 wants them. */
const quiet = 4;

/** @param {{size: number, path: string}} qr  @param {string} label */
export const qrCode = ({ size, path }, label) => html`
  <svg class="qr-code" viewBox=${`${-quiet} ${-quiet} ${size + 2 * quiet} ${size + 2 * quiet}`} role="img" aria-label=${label}
    shape-rendering="crispEdges" focusable="false">
    <rect class="qr-light" x=${String(-quiet)} y=${String(-quiet)} width=${String(size + 2 * quiet)} height=${String(size + 2 * quiet)}></rect>
    <path class="qr-dark" d=${path}></path>
  </svg>`;
