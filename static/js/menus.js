/* Drop-downs are closed by Escape and by a click elsewhere. */
(() => {
  "use strict";
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  document.addEventListener("click", (event) => $$(".bar details[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") $$(".bar details[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.preventDefault(); // this Esc is used up
    });
  });
})();
