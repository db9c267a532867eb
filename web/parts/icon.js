// Icons in one stroke style, as paths on a 24-pixel grid, and the mark. Those that the sign-in pages show are here, the others in
// parts/more-icons.js, which comes with the frame.

import { html } from "app/html.js";

const paths = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  forward: "M9 5l7 7-7 7",
  hide: "M4 4l16 16M9.9 5.8A9.5 9.5 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.6 3.5M6.3 7.3A16.5 16.5 0 0 0 2.5 12s3.5 6.5 9.5 6.5a9.5 9.5 0 0 0 4-.9M10 10.2a2.7 2.7 0 0 0 3.8 3.8",
  key: "M8.5 19a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM11.4 12.2L20 3.6M16.5 7l3 3",
  mail: "M3 5.5h18v13H3zM3.5 6.5l8.5 6.5 8.5-6.5",
  note: "M5 3.5h14v17H5zM8.5 8.5h7M8.5 12.5h7M8.5 16.5h4",
  offline: "M4 4l16 16M2.5 9.5A15 15 0 0 1 8 6.2M21.5 9.5a15 15 0 0 0-9-3.9M6 13.2a9.5 9.5 0 0 1 4.5-2.4M18 13.2a9.5 9.5 0 0 0-2-1.4M9.5 16.5a4 4 0 0 1 4.6-.4M12 19.5h.01",
  out: "M10 4H5v16h5M20 12H9M16 8l4 4-4 4",
  phone: "M5 4h4l1.5 5-2.3 1.6a12.5 12.5 0 0 0 5.2 5.2L15 13.5l5 1.5v4a1.5 1.5 0 0 1-1.5 1.5A15 15 0 0 1 3.5 5.5 1.5 1.5 0 0 1 5 4z",
  search: "M10.5 18a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM16 16l5 5",
  show: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  warning: "M12 3.5l9.5 17h-19zM12 10v4.5M12 17.5h.01",
};

/** @typedef {keyof typeof paths | keyof typeof import("parts/more-icons.js").morePaths} IconName */

/** Adds icons to those that can be shown. @param {Record<string, string>} more paths by name */
export const addPaths = (more) => Object.assign(paths, more);

/** @param {IconName} name  @param {string} [label] where no text beside it says the same. */
export const icon = (name, label) => html`
  <svg class="icon" viewBox="0 0 24 24" role=${label ? "img" : null} aria-label=${label} aria-hidden=${label ? null : "true"}
    focusable="false"><path d=${paths[name]}></path></svg>`;

/** The mark: a spirit level, in balance. */
export const mark = () => html`
  <svg class="mark" viewBox="0 0 64 28" aria-hidden="true" focusable="false">
    <rect class="mark-bar" x="0" y="2" width="64" height="24" rx="6"></rect>
    <rect class="mark-vial" x="12" y="8" width="40" height="12" rx="6"></rect>
    <rect class="mark-bubble" x="25" y="9.5" width="14" height="9" rx="4.5"></rect>
    <path class="mark-lines" d="M22.5 8v12M41.5 8v12"></path>
  </svg>`;
