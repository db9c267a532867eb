// Icons that the sign-in pages don't show: as in parts/icon.js, which shows them once this is imported.

import { addPaths } from "parts/icon.js";

export const morePaths = {
  add: "M12 5v14M5 12h14",
  address: "M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  calendar: "M4 6h16v14H4zM4 10.5h16M8.5 3v5M15.5 3v5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.5l3.5 2",
  company: "M4 21V8l8-5 8 5v13M2.5 21h19M9 21v-5h6v5M9 11.5h.01M15 11.5h.01",
  companies: "M2 21h20M4 21V11l5-3v13M9 21V4l7 3v14M16 21V11l4 2v8",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  delete: "M9 6h12v12H9l-6-6zM12 9.5l5 5M17 9.5l-5 5",
  download: "M12 4v11M7 10.5l5 5 5-5M4.5 20h15",
  depot: "M3 20.5V9.5L12 4l9 5.5v11M7 20.5v-8h10v8M7 16.5h10",
  edit: "M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19 4 20zM14 6.5l3.5 3.5",
  euro: "M18 6.5a7 7 0 1 0 0 11M4 10.5h9M4 13.5h9",
  history: "M3.5 12a8.5 8.5 0 1 0 2.8-6.3L3.5 8.5M3.5 4v4.5H8M12 7.5v5l3.2 2",
  in: "M14 4h5v16h-5M4 12h11M11 8l4 4-4 4",
  language: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3.5 12h17M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9S9 6 12 3z",
  material: "M12 3l8.5 4.5v9L12 21l-8.5-4.5v-9zM3.5 7.5L12 12l8.5-4.5M12 12v9",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  move: "M4 8.5h13M13.5 5l3.5 3.5-3.5 3.5M20 15.5H7M10.5 12L7 15.5l3.5 3.5",
  pause: "M8.5 5v14M15.5 5v14",
  people: "M9 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2.5 20.5v-1.5a5 5 0 0 1 5-5h3a5 5 0 0 1 5 5v1.5M16 3.9a4 4 0 0 1 0 7.2M18 14.3a5 5 0 0 1 3.5 4.7v1.5",
  person: "M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM4 21v-1a5.5 5.5 0 0 1 5.5-5.5h5A5.5 5.5 0 0 1 20 20v1",
  print: "M7 9V3.5h10V9M7 17.5H3.5V9h17v8.5H17M7 14.5h10v6H7z",
  remove: "M4 6.5h16M9 6.5V4h6v2.5M6.5 6.5l1 14h9l1-14M10.5 10.5v6M13.5 10.5v6",
  resume: "M8 4.5v15l11-7.5z",
  send: "M20.5 3.5L3.5 10l7 3.5 3.5 7zM10.5 13.5l4-4",
  sites: "M3 20.5h18M5 20.5V10h8v10.5M9 10V6.5h10v14M9 14h.01M9 17h.01M16 10.5h.01M16 14h.01M16 17h.01M14 6.5V3.5",
  start: "M3.5 11L12 3.5 20.5 11M6 9v11.5h12V9M10 20.5v-6h4v6",
  take: "M5 12h14",
  undo: "M4 9.5h10a5.5 5.5 0 0 1 0 11H8M8.5 5L4 9.5 8.5 14",
};

addPaths(morePaths);
