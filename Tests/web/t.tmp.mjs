import "./dom.mjs";
try { await import("parts/ask-break.js"); console.log("ok"); } catch (e) { console.log(e); }
