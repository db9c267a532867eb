// Icons in one stroke style, as paths on a 24-pixel grid, and the mark.

import { html } from "app/html.js";

const paths = {
  add: "M12 5v14M5 12h14",
  address: "M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  back: "M15 5l-7 7 7 7",
  calendar: "M4 6h16v14H4zM4 10.5h16M8.5 3v5M15.5 3v5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.5l3.5 2",
  close: "M6 6l12 12M18 6L6 18",
  company: "M4 21V8l8-5 8 5v13M2.5 21h19M9 21v-5h6v5M9 11.5h.01M15 11.5h.01",
  companies: "M2 21h20M4 21V11l5-3v13M9 21V4l7 3v14M16 21V11l4 2v8",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  delete: "M9 6h12v12H9l-6-6zM12 9.5l5 5M17 9.5l-5 5",
  download: "M12 4v11M7 10.5l5 5 5-5M4.5 20h15",
  depot: "M3 20.5V9.5L12 4l9 5.5v11M7 20.5v-8h10v8M7 16.5h10",
  edit: "M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19 4 20zM14 6.5l3.5 3.5",
  forward: "M9 5l7 7-7 7",
  hide: "M4 4l16 16M9.9 5.8A9.5 9.5 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.6 3.5M6.3 7.3A16.5 16.5 0 0 0 2.5 12s3.5 6.5 9.5 6.5a9.5 9.5 0 0 0 4-.9M10 10.2a2.7 2.7 0 0 0 3.8 3.8",
  euro: "M18 6.5a7 7 0 1 0 0 11M4 10.5h9M4 13.5h9",
  history: "M3.5 12a8.5 8.5 0 1 0 2.8-6.3L3.5 8.5M3.5 4v4.5H8M12 7.5v5l3.2 2",
  in: "M14 4h5v16h-5M4 12h11M11 8l4 4-4 4",
  key: "M8.5 19a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM11.4 12.2L20 3.6M16.5 7l3 3",
  language: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3.5 12h17M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9S9 6 12 3z",
  mail: "M3 5.5h18v13H3zM3.5 6.5l8.5 6.5 8.5-6.5",
  material: "M12 3l8.5 4.5v9L12 21l-8.5-4.5v-9zM3.5 7.5L12 12l8.5-4.5M12 12v9",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  note: "M5 3.5h14v17H5zM8.5 8.5h7M8.5 12.5h7M8.5 16.5h4",
  move: "M4 8.5h13M13.5 5l3.5 3.5-3.5 3.5M20 15.5H7M10.5 12L7 15.5l3.5 3.5",
  offline: "M4 4l16 16M2.5 9.5A15 15 0 0 1 8 6.2M21.5 9.5a15 15 0 0 0-9-3.9M6 13.2a9.5 9.5 0 0 1 4.5-2.4M18 13.2a9.5 9.5 0 0 0-2-1.4M9.5 16.5a4 4 0 0 1 4.6-.4M12 19.5h.01",
  out: "M10 4H5v16h5M20 12H9M16 8l4 4-4 4",
  pause: "M8.5 5v14M15.5 5v14",
  people: "M9 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2.5 20.5v-1.5a5 5 0 0 1 5-5h3a5 5 0 0 1 5 5v1.5M16 3.9a4 4 0 0 1 0 7.2M18 14.3a5 5 0 0 1 3.5 4.7v1.5",
  person: "M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM4 21v-1a5.5 5.5 0 0 1 5.5-5.5h5A5.5 5.5 0 0 1 20 20v1",
  phone: "M5 4h4l1.5 5-2.3 1.6a12.5 12.5 0 0 0 5.2 5.2L15 13.5l5 1.5v4a1.5 1.5 0 0 1-1.5 1.5A15 15 0 0 1 3.5 5.5 1.5 1.5 0 0 1 5 4z",
  print: "M7 9V3.5h10V9M7 17.5H3.5V9h17v8.5H17M7 14.5h10v6H7z",
  remove: "M4 6.5h16M9 6.5V4h6v2.5M6.5 6.5l1 14h9l1-14M10.5 10.5v6M13.5 10.5v6",
  resume: "M8 4.5v15l11-7.5z",
  search: "M10.5 18a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM16 16l5 5",
  send: "M20.5 3.5L3.5 10l7 3.5 3.5 7zM10.5 13.5l4-4",
  show: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  sites: "M3 20.5h18M5 20.5V10h8v10.5M9 10V6.5h10v14M9 14h.01M9 17h.01M16 10.5h.01M16 14h.01M16 17h.01M14 6.5V3.5",
  start: "M3.5 11L12 3.5 20.5 11M6 9v11.5h12V9M10 20.5v-6h4v6",
  take: "M5 12h14",
  undo: "M4 9.5h10a5.5 5.5 0 0 1 0 11H8M8.5 5L4 9.5 8.5 14",
  warning: "M12 3.5l9.5 17h-19zM12 10v4.5M12 17.5h.01",
};

/** @param {keyof typeof paths} name  @param {string} [label] where no text beside it says the same. */
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
