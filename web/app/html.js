// Templates that escape what is put into them and update in place. See web/README.md for how they are written.

const mark = "\uE000";
const slot = new RegExp(`${mark}(\\d+)${mark}`);
const wholeSlot = new RegExp(`^${slot.source}$`);
const compiled = new WeakMap();
const roots = new WeakMap();

class Template {
  constructor(strings, values, isDrawing) {
    this.strings = strings;
    this.values = values;
    this.isDrawing = isDrawing;
  }
}

export const html = (strings, ...values) => new Template(strings, values, false);

/** A template inside an <svg> that another template opens. */
export const svg = (strings, ...values) => new Template(strings, values, true);

/** A template of a list item that keeps its elements, focus and input when the list is reordered. */
export function keyed(key, template) {
  template.key = key;
  return template;
}

/** Shows a template in an element, or updates what is shown there. */
export function render(target, value) {
  let root = roots.get(target);
  const focused = /** @type {HTMLElement} */ (document.activeElement);
  if (!root) {
    target.replaceChildren();
    root = ChildPart.before(target, null);
    roots.set(target, root);
  }
  root.set(value);
  // An element that was moved loses its focus.
  if (focused !== document.activeElement && target.contains(focused)) focused.focus({ preventScroll: true });
}

// Compiling: once for each template in the source.

function compile({ strings, isDrawing }) {
  let blueprint = compiled.get(strings);
  if (blueprint) return blueprint;
  const names = [];
  let source = "";
  strings.forEach((text, i) => {
    source += text;
    if (i === strings.length - 1) return;
    if (source.lastIndexOf("<") > source.lastIndexOf(">")) {
      names[i] = /([^\s"'<>=]+)=("[^"]*|'[^']*)?$/.exec(source)?.[1];
      if (!names[i]) throw new Error(`A value stands where none can: ${source.slice(-60)}`);
      if (/^(on|style$)/i.test(names[i])) throw new Error(`The policy forbids the attribute ${names[i]}.`);
      source += `${mark}${i}${mark}`;
    } else {
      source += `<!--${mark}${i}${mark}-->`;
    }
  });
  const element = document.createElement("template");
  element.innerHTML = isDrawing ? `<svg>${source}</svg>` : source;
  if (isDrawing) element.content.firstChild.replaceWith(...element.content.firstChild.childNodes);

  const parts = [];
  let found = 0;
  walk(element.content, (node, index) => {
    if (node.nodeType === Node.COMMENT_NODE) {
      const match = wholeSlot.exec(node.data);
      if (!match) return;
      parts.push({ index, slots: [Number(match[1])] });
      node.data = "";
      found += 1;
      return;
    }
    for (const attribute of [...node.attributes]) {
      const pieces = attribute.value.split(slot);
      if (pieces.length === 1) continue;
      const slots = pieces.filter((_, i) => i % 2 === 1).map(Number);
      const name = names[slots[0]];
      parts.push({ index, name, slots, texts: pieces.filter((_, i) => i % 2 === 0) });
      node.removeAttribute(attribute.name);
      found += slots.length;
    }
  });
  if (found < strings.length - 1) throw new Error(`A value stands in raw text or a comment: ${source.slice(0, 120)}`);
  // A select's value can be set only when its options are there.
  parts.sort((a, b) => Number(a.name?.[0] === ".") - Number(b.name?.[0] === "."));
  blueprint = { element, parts };
  compiled.set(strings, blueprint);
  return blueprint;
}

function walk(root, visit) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
  for (let index = 0; walker.nextNode(); index += 1) visit(walker.currentNode, index);
}

class Instance {
  constructor(template) {
    const { element, parts } = compile(template);
    this.strings = template.strings;
    this.fragment = document.importNode(element.content, true);
    const nodes = [];
    walk(this.fragment, (node) => nodes.push(node));
    this.parts = parts.map((part) => ({
      slots: part.slots,
      part: part.name ? attributePart(nodes[part.index], part) : ChildPart.from(nodes[part.index]),
    }));
  }

  update(values) {
    for (const { slots, part } of this.parts) part.set(slots.length === 1 ? values[slots[0]] : slots.map((i) => values[i]));
  }
}

// The content between two comments: text, a template, a node, or a list of these.

class ChildPart {
  constructor(start, end) {
    this.start = start;
    this.end = end;
  }

  static from(comment) {
    const end = document.createComment("");
    comment.after(end);
    return new ChildPart(comment, end);
  }

  static before(parent, next) {
    const comment = document.createComment("");
    parent.insertBefore(comment, next);
    return ChildPart.from(comment);
  }

  set(value) {
    if (value instanceof Template) this.#setTemplate(value);
    else if (Array.isArray(value)) this.#setList(value);
    else if (value instanceof Node) this.#setNode(value);
    else this.#setText(value == null || value === false || value === true ? "" : String(value));
  }

  #setTemplate(template) {
    if (this.instance?.strings !== template.strings) {
      this.#clear();
      this.instance = new Instance(template);
      this.instance.update(template.values);
      this.end.before(this.instance.fragment);
    } else {
      this.instance.update(template.values);
    }
  }

  #setList(values) {
    if (!this.items) {
      this.#clear();
      this.items = new Map();
    }
    const next = new Map(values.map((value, i) => [value?.key ?? `#${i}`, value]));
    for (const [key, part] of this.items) {
      if (next.has(key)) continue;
      part.#nodes().forEach((node) => node.remove());
      this.items.delete(key);
    }
    let cursor = this.start.nextSibling;
    for (const [key, value] of next) {
      let part = this.items.get(key);
      if (!part) this.items.set(key, (part = ChildPart.before(this.end.parentNode, cursor)));
      else if (part.start === cursor) cursor = part.end.nextSibling;
      else cursor.before(...part.#nodes());
      part.set(value);
    }
  }

  #setNode(node) {
    if (this.node === node) return;
    this.#clear();
    this.node = node;
    this.end.before(node);
  }

  #setText(text) {
    if (!this.text) {
      this.#clear();
      if (!text) return;
      this.text = document.createTextNode(text);
      this.end.before(this.text);
    } else if (this.text.data !== text) {
      this.text.data = text;
    }
  }

  #nodes() {
    const nodes = [this.start];
    while (nodes.at(-1) !== this.end) nodes.push(nodes.at(-1).nextSibling);
    return nodes;
  }

  #clear() {
    this.#nodes().slice(1, -1).forEach((node) => node.remove());
    this.instance = this.items = this.node = this.text = undefined;
  }
}

// Attributes: `name`, `?name` (there or not), `.name` (a property), `@name` (an event), `--name` (a style's custom property).
// Each is set only when its value changes, so that what a person has typed stays.

function attributePart(element, { name, texts }) {
  const plain = name.slice(1);
  if (name[0] === "@") return new EventPart(element, plain);
  const isWhole = texts.length === 2 && !texts[0] && !texts[1];
  const join = (value) => texts.slice(1).reduce((all, text, i) => all + shown([value].flat()[i]) + text, texts[0]);
  let apply;
  if (name[0] === "?") apply = (value) => element.toggleAttribute(plain, Boolean(value));
  else if (name[0] === ".") apply = (value) => { element[plain] = value; };
  else if (name.startsWith("--")) apply = (value) => element.style.setProperty(name, value);
  else apply = (value) => setAttribute(element, name, value);
  const isText = name[0] !== "?" && name[0] !== ".";
  let last = element;
  return {
    set(value) {
      const next = isText && !isWhole ? join(value) : value;
      if (next === last) return;
      last = next;
      apply(next);
    },
  };
}

const shown = (value) => (value == null || value === false || value === true ? "" : String(value));

function setAttribute(element, name, value) {
  if (value == null || value === false) return element.removeAttribute(name);
  const text = value === true ? "" : String(value);
  if (/^(href|src|action|formaction)$/.test(name) && /^\s*(javascript|data):/i.test(text)) throw new Error(`Not a link: ${text}`);
  element.setAttribute(name, text);
}

class EventPart {
  constructor(element, name) {
    this.element = element;
    element.addEventListener(name, this);
  }

  set(handler) {
    this.handler = handler;
  }

  handleEvent(event) {
    if (typeof this.handler === "function") return this.handler.call(this.element, event);
    return this.handler?.handleEvent?.(event);
  }
}
