// "app/words.js" is web/app/words.js, as the import map of web/index.html says. What is imported as "app/words.js?2" is of another page:
// it has modules of its own, and so has all that it imports.

const web = new URL("../../web/", import.meta.url);

export function resolve(name, context, next) {
  if (!/^(app|parts|pages|words)\//.test(name)) return next(name, context);
  const url = new URL(name, web);
  if (!url.search) url.search = new URL(context.parentURL ?? "file:///").search;
  return { url: url.href, format: "module", shortCircuit: true };
}
