// <running-time since="2026-11-23T07:02:00.000Z">: the time since then, ticking: 7:05:23.

import { now } from "app/now.js";

class RunningTime extends HTMLElement {
  static observedAttributes = ["since"];
  #timer = 0;

  connectedCallback() {
    this.setAttribute("role", "timer");
    this.#timer = setInterval(() => this.#show(), 1000);
    this.#show();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  attributeChangedCallback() {
    this.#show();
  }

  #show() {
    const seconds = Math.max(0, Math.floor((now() - Date.parse(this.getAttribute("since"))) / 1000));
    const two = (value) => String(value).padStart(2, "0");
    this.textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }
}

customElements.define("running-time", RunningTime);
