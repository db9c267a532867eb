// The frame of the sign-in pages: sign in, register, new password.

import { html } from "app/html.js";
import { chooseLanguage, language, t } from "app/words.js";
import { mark } from "parts/icon.js";

export const door = () => html`
  <a class="skip" href="#main">${t("nav.skip")}</a>
  <div class="door">
    <header class="door-side">
      <a class="brand" href="/">${mark()}<span class="brand-name">Polier</span></a>
      <p class="slogan">${t("door.slogan")}</p>
      <p class="slogan-text">${t("door.text")}</p>
    </header>
    <div class="door-content">
      <main id="main" tabindex="-1"></main>
      <footer class="door-foot">
        <a href="/imprint">${t("nav.imprint")}</a>
        <a href="/privacy">${t("nav.privacy")}</a>
        ${["de", "en"].filter((code) => code !== language()).map((code) => html`
          <button type="button" class="link" lang=${code} @click=${() => chooseLanguage(code)}>${t(`nav.languages.${code}`)}</button>`)}
      </footer>
    </div>
  </div>`;
