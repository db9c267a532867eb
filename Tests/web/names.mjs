// "app/words.js" is web/app/words.js, as the import map of web/index.html says.

const web = new URL("../../web/", import.meta.url);

export function resolve(name, context, next) {
  if (!/^(app|parts|pages|words)\//.test(name)) return next(name, context);
  return { url: new URL(name, web).href, format: "module", shortCircuit: true };
}
