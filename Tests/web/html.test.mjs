// Templates: what is put in is escaped, and showing one again changes what differs and nothing else.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { openDocument, sourceOf } from "./dom.mjs";

import { html, keyed, render, svg } from "app/html.js";

let place;
const shown = () => place.childNodes.map(sourceOf).join("");

beforeEach(() => {
  openDocument("<div id=place></div>");
  place = document.getElementById("place");
});

describe("values", () => {
  test("are text, whatever they hold", () => {
    render(place, html`<p title=${'"><b>'}>${"<img src=x onerror=alert(1)> & \uE0000\uE000"}</p>`);
    const [paragraph] = place.querySelectorAll("p");
    assert.equal(paragraph.textContent, "<img src=x onerror=alert(1)> & \uE0000\uE000");
    assert.equal(paragraph.getAttribute("title"), '"><b>');
    assert.equal(place.querySelectorAll("img").length, 0);
  });

  test("that are nothing show nothing; numbers do", () => {
    render(place, html`<p>${null}${undefined}${false}${true}${""}${0}${[null, "a", [false, 1]]}</p>`);
    assert.equal(place.textContent, "0a1");
  });

  test("take an attribute away, or stand in its middle", () => {
    const view = (value) => html`<a class="button ${value} is-big" href=${value} ?hidden=${value}>x</a>`;
    render(place, view("is-primary"));
    assert.equal(shown(), '<a class="button is-primary is-big" href="is-primary" hidden="">x</a>');
    render(place, view(null));
    assert.equal(shown(), '<a class="button  is-big">x</a>');
  });

  test("can be properties, custom properties and nodes", () => {
    const node = document.createElement("b");
    render(place, html`<p .title=${"one"} --share=${0.5}>${node}</p>`);
    const [paragraph] = place.querySelectorAll("p");
    assert.equal(paragraph.title, "one");
    assert.deepEqual(paragraph.style.properties, { "--share": "0.5" });
    assert.equal(node.parentNode, paragraph);
  });

  test("are never a link that runs", () => {
    for (const address of ["javascript:alert(1)", " \tJavaScript:alert(1)", "data:text/html,x"]) {
      assert.throws(() => render(document.createElement("div"), html`<a href=${address}>x</a>`), /Not a link/);
    }
  });

  test("stand where they can only", () => {
    assert.throws(() => render(place, html`<p ${"x"}>x</p>`), /where none can/);
    assert.throws(() => render(place, html`<p onclick=${"x"}>x</p>`), /forbids/);
    assert.throws(() => render(place, html`<p style=${"x"}>x</p>`), /forbids/);
    assert.throws(() => render(place, html`<p>x</p><!-- ${"x"} -->`), /where none can/);
    assert.throws(() => render(place, html`<p>x</p><!-- > ${"x"} -->`), /comment/);
  });
});

describe("showing again", () => {
  test("keeps elements, and sets only what is another value", () => {
    const view = (name, count) => html`<input value=${name} .checked=${true}><p>${count}</p>`;
    render(place, view("Lena", 1));
    const [input] = place.querySelectorAll("input");
    let sets = 0;
    const { setAttribute } = input;
    input.setAttribute = (...all) => { sets += 1; setAttribute.apply(input, all); };
    // Someone has typed and ticked meanwhile.
    input.checked = false;
    render(place, view("Lena", 2));
    assert.equal(place.querySelectorAll("input")[0], input);
    assert.deepEqual([sets, input.checked, place.textContent], [0, false, "2"]);
    render(place, view("Tom", 2));
    assert.deepEqual([sets, input.getAttribute("value")], [1, "Tom"]);
  });

  test("another template takes the place of the one before", () => {
    render(place, html`<p>${html`<b>one</b>`}</p>`);
    render(place, html`<p>${"two"}</p>`);
    assert.equal(shown(), "<p>two</p>");
    render(place, null);
    assert.equal(shown(), "");
  });

  test("a listener is the latest one, and there once", () => {
    const heard = [];
    for (const name of ["one", "two"]) render(place, html`<button @click=${() => heard.push(name)}>x</button>`);
    place.querySelector("button").dispatchEvent(new Event("click"));
    render(place, html`<button @click=${null}>x</button>`);
    assert.deepEqual(heard, ["two"]);
  });
});

describe("lists", () => {
  const view = (names) => html`<ul>${names.map((name) => keyed(name, html`<li>${name}</li>`))}</ul>`;
  const items = () => place.querySelectorAll("li");

  test("keep their elements in any order", () => {
    render(place, view(["a", "b", "c", "d"]));
    const before = new Map(items().map((one) => [one.textContent, one]));
    for (const names of [["d", "a", "c", "b"], ["b", "e", "d"], [], ["a"], ["a", "b", "c"], ["c", "b", "a"]]) {
      render(place, view(names));
      assert.deepEqual(items().map((one) => one.textContent), names);
      if (names[0] === "d") for (const one of items()) assert.equal(one, before.get(one.textContent));
    }
  });

  test("keep the focus of an element that moves", () => {
    render(place, view(["a", "b", "c"]));
    const [, b] = items();
    b.focus();
    render(place, view(["c", "b", "a"]));
    assert.equal(document.activeElement, b);
    render(place, view(["c", "a"]));
    assert.equal(document.activeElement, document.body);
  });

  test("in every order of four", () => {
    const orders = (names) => (names.length < 2 ? [names] : names.flatMap((name, i) => orders(names.toSpliced(i, 1)).map((rest) => [name, ...rest])));
    for (const names of orders(["a", "b", "c", "d"])) {
      render(place, view(names));
      assert.deepEqual(items().map((one) => one.textContent), names);
    }
  });

  test("without keys go by their place, and a list may become text and back", () => {
    const any = (value) => html`<p>${value}</p>`;
    for (const [value, text] of [[["a", "b"], "ab"], ["x", "x"], [["c"], "c"], [[], ""], [[html`<b>d</b>`, 5], "d5"]]) {
      render(place, any(value));
      assert.equal(place.textContent, text);
    }
  });
});

test("what stands inside an svg", () => {
  render(place, html`<svg>${[1, 2].map((x) => svg`<path d=${`M${x}`}></path>`)}</svg>`);
  assert.equal(shown(), '<svg><path d="M1"></path><path d="M2"></path></svg>');
});
