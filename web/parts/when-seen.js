// Tells once, by `@seen`, that it has come into sight: what only those need who scroll there is fetched then.

class WhenSeen extends HTMLElement {
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
