// Fires `@seen` once when scrolled into view, to fetch what is needed only there.

class WhenSeen extends HTMLElement {
  /** @type {IntersectionObserver} */
  observer;

  connectedCallback() {
    this.observer ??= new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      this.observer.disconnect();
      this.dispatchEvent(new CustomEvent("seen"));
    }, { rootMargin: "200px" });
    this.observer.observe(this);
  }

  disconnectedCallback() {
    this.observer.disconnect();
  }
}

customElements.define("when-seen", WhenSeen);
