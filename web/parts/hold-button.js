// A button that acts once when tapped, and repeatedly and ever faster while held. Each time it fires `@step`.
//
//   <hold-button @step=${take}><button type="button">…</button></hold-button>
//
// A tap counts when it ends, so that scrolling that begins on the button does nothing.

const delay = 380;
const slowest = 170;
const fastest = 45;
const ends = ["pointerup", "pointercancel", "blur"];

class HoldButton extends HTMLElement {
  #timer = null;
  #wasHeld = false;

  connectedCallback() {
    this.addEventListener("pointerdown", this);
    this.addEventListener("click", this);
    this.addEventListener("contextmenu", this);
  }

  disconnectedCallback() {
    this.#stop();
  }

  handleEvent(event) {
    if (event.type === "click") return this.#click(event);
    if (event.type === "contextmenu") return event.preventDefault();
    if (event.type === "pointerdown") return event.button === 0 && this.#start();
    this.#stop();
  }

  #click({ detail }) {
    // Holding has counted already. (Keys click without a pointer: their detail is 0.)
    if (!this.#wasHeld || detail === 0) this.#step();
    this.#wasHeld = false;
  }

  #start() {
    this.#stop();
    this.#wasHeld = false;
    // The pointer may be lifted anywhere.
    for (const name of ends) addEventListener(name, this);
    let pause = slowest;
    const again = () => {
      this.#wasHeld = true;
      this.#step();
      pause = Math.max(fastest, pause * 0.93);
      this.#timer = setTimeout(again, pause);
    };
    this.#timer = setTimeout(again, delay);
  }

  #stop() {
    clearTimeout(this.#timer);
    for (const name of ends) removeEventListener(name, this);
  }

  #step() {
    this.dispatchEvent(new CustomEvent("step"));
  }
}

customElements.define("hold-button", HoldButton);
