/* Light or dark, roomy or compact: kept in a cookie so that the server knows it at the next page. */
(() => {
  "use strict";
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const keep = (name, value) => { document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`; };
  $$("[data-density-toggle]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = document.documentElement.dataset.density === "roomy" ? "compact" : "roomy";
      document.documentElement.dataset.density = next;
      keep("density", next);
    });
  });
  $$("[data-theme-toggle]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
      document.documentElement.dataset.bsTheme = next;
      keep("theme", next);
    });
  });
})();
