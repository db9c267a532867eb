// A document as far as app/html.js and app/router.js ask for one: nodes, templates, attributes, events.

class Node extends EventTarget {
  static ELEMENT_NODE = 1;
  static TEXT_NODE = 3;
  static COMMENT_NODE = 8;
  parentNode = null;
  childNodes = [];

  get firstChild() { return this.childNodes[0] ?? null; }
  get #siblings() { return this.parentNode?.childNodes ?? []; }
  get children() { return this.childNodes.filter((one) => one instanceof Element); }
  get nextSibling() { return this.#siblings[this.#siblings.indexOf(this) + 1] ?? null; }
  get previousElementSibling() { return this.#siblings.slice(0, this.#siblings.indexOf(this)).reverse().find((one) => one instanceof Element) ?? null; }
  get isConnected() { return this === document || Boolean(this.parentNode?.isConnected); }
  get textContent() { return this.childNodes.map((one) => (one.nodeType === Node.COMMENT_NODE ? "" : one.textContent)).join(""); }
  set textContent(text) { this.replaceChildren(text); }

  insertBefore(node, next) {
    for (const one of node instanceof Fragment ? [...node.childNodes] : [node]) {
      one.remove();
      one.parentNode = this;
      this.childNodes.splice(next ? this.childNodes.indexOf(next) : this.childNodes.length, 0, one);
    }
    return node;
  }

  append(...nodes) { for (const node of nodes.map(made)) this.insertBefore(node, null); }
  before(...nodes) { for (const node of nodes.map(made)) this.parentNode.insertBefore(node, this); }
  after(...nodes) {
    const next = this.nextSibling;
    for (const node of nodes.map(made)) this.parentNode.insertBefore(node, next);
  }
  replaceChildren(...nodes) {
    for (const child of [...this.childNodes]) child.remove();
    this.append(...nodes);
  }
  replaceWith(...nodes) {
    this.before(...nodes);
    this.remove();
  }

  remove() {
    if (!this.parentNode) return;
    if (document.activeElement && this.contains(document.activeElement)) document.activeElement = document.body;
    this.parentNode.childNodes = this.parentNode.childNodes.filter((one) => one !== this);
    this.parentNode = null;
  }

  contains(node) {
    for (let one = node; one; one = one.parentNode) if (one === this) return true;
    return false;
  }

  cloneNode() {
    const copy = this.copy();
    for (const child of this.childNodes) copy.append(child.cloneNode());
    return copy;
  }

  querySelectorAll(selector) {
    const inside = this.childNodes.flatMap((one) => [...(one.matches?.(selector) ? [one] : []), ...one.querySelectorAll(selector)]);
    return [...new Set(inside)];
  }
  querySelector(selector) { return this.querySelectorAll(selector)[0] ?? null; }
}

const made = (node) => (node instanceof Node ? node : new Text(String(node)));

class Text extends Node {
  nodeType = Node.TEXT_NODE;
  constructor(data) {
    super();
    this.data = data;
  }
  get textContent() { return this.data; }
  copy() { return new Text(this.data); }
}

class Comment extends Node {
  nodeType = Node.COMMENT_NODE;
  constructor(data) {
    super();
    this.data = data;
  }
  copy() { return new Comment(this.data); }
}

class Fragment extends Node {
  nodeType = 11;
  copy() { return new Fragment(); }
}

class Element extends Node {
  nodeType = Node.ELEMENT_NODE;
  #attributes = new Map();
  style = { properties: {}, setProperty(name, value) { this.properties[name] = String(value); } };

  constructor(tag) {
    super();
    this.localName = tag;
    if (tag === "template") this.content = new Fragment();
  }

  get attributes() { return [...this.#attributes].map(([name, value]) => ({ name, value })); }
  get id() { return this.getAttribute("id") ?? ""; }
  get href() { return new URL(this.getAttribute("href"), location.href).href; }
  get target() { return this.getAttribute("target") ?? ""; }
  get classList() {
    return { toggle: () => {} };
  }
  getAttribute(name) { return this.#attributes.get(name) ?? null; }
  hasAttribute(name) { return this.#attributes.has(name); }
  setAttribute(name, value) { this.#attributes.set(name, String(value)); }
  removeAttribute(name) { this.#attributes.delete(name); }
  toggleAttribute(name, isThere) {
    if (isThere) this.setAttribute(name, "");
    else this.removeAttribute(name);
  }
  focus() { document.activeElement = this; }
  set innerHTML(source) {
    const place = this.content ?? this;
    place.replaceChildren();
    parse(source, place);
  }
  copy() {
    const copy = new Element(this.localName);
    for (const { name, value } of this.attributes) copy.setAttribute(name, value);
    return copy;
  }

  /** Tags, #ids and [attributes], one or one within the other. */
  matches(selector) {
    const [last, ...outer] = selector.split(/\s+/).reverse();
    const [, tag, id, attribute] = /^(\w+)?(?:#([\w-]+))?(?:\[([\w-]+)(?:[~^]?=.*)?\])?$/.exec(last) ?? [];
    const fits = (!tag || tag === this.localName) && (!id || id === this.id) && (!attribute || this.hasAttribute(attribute));
    return fits && (!outer.length || Boolean(this.parentNode?.closest?.(outer.reverse().join(" "))));
  }
  closest(selector) { return this.matches(selector) ? this : (this.parentNode?.closest?.(selector) ?? null); }
}

const empty = new Set(["br", "img", "input", "link", "meta", "path"]);

/** What templates hold: tags with quoted, bare or no values, text, comments. */
function parse(source, root) {
  let place = root;
  for (const [, comment, tag, attributes, text] of source.matchAll(/<!--([^]*?)-->|<(\/?[\w-]+)((?:"[^"]*"|'[^']*'|[^>"'])*)>|([^<]+)/g)) {
    if (comment !== undefined) place.append(new Comment(comment));
    else if (text !== undefined) place.append(new Text(text.replaceAll("&lt;", "<").replaceAll("&amp;", "&")));
    else if (tag[0] === "/") place = place.parentNode ?? root;
    else {
      const element = new Element(tag);
      for (const [, name, double, single, bare] of attributes.matchAll(/([^\s=/]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g)) {
        element.setAttribute(name, double ?? single ?? bare ?? "");
      }
      place.append(element);
      if (!empty.has(tag) && !attributes.endsWith("/")) place = element;
    }
  }
}

/** The whole text of an element, tags included and comments not. */
export function sourceOf(node) {
  if (node instanceof Text) return node.data.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  if (node instanceof Comment) return "";
  const inside = node.childNodes.map(sourceOf).join("");
  if (!(node instanceof Element)) return inside;
  const attributes = node.attributes.map(({ name, value }) => ` ${name}="${value}"`).join("");
  return `<${node.localName}${attributes}>${inside}</${node.localName}>`;
}

/** Makes it the document; `source` is what stands in its body. */
export function openDocument(source) {
  const root = new Element("html");
  Object.assign(document, {
    documentElement: root,
    body: new Element("body"),
    isConnected: true,
    title: "",
    createElement: (tag) => new Element(tag),
    createComment: (data) => new Comment(data),
    createTextNode: (data) => new Text(data),
    importNode: (node) => node.cloneNode(),
    getElementById: (id) => root.querySelector(`#${id}`),
    querySelector: (selector) => root.querySelector(selector),
    createTreeWalker(start) {
      const nodes = [];
      const visit = (node) => node.childNodes.forEach((one) => {
        if (!(one instanceof Text)) nodes.push(one);
        visit(one);
      });
      visit(start);
      return { currentNode: start, nextNode() { this.currentNode = nodes.shift() ?? null; return this.currentNode; } };
    },
    addEventListener,
  });
  document.head = new Element("head");
  root.parentNode = document;
  root.append(document.head, document.body);
  document.activeElement = document.body;
  parse(source, document.body);
}

Object.assign(globalThis, { Node, HTMLElement: Element, NodeFilter: { SHOW_ELEMENT: 1, SHOW_COMMENT: 128 }, customElements: { define: () => {} } });
