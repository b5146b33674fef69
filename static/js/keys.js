/* Keys: data-key="ctrl+enter" on a button or field. */
(() => {
  "use strict";
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const pressed = (event) => [event.ctrlKey || event.metaKey ? "ctrl" : "", event.altKey ? "alt" : "", event.shiftKey ? "shift" : "",
    event.key.toLowerCase()].filter(Boolean).join("+");
  const typing = (target) => target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
  document.addEventListener("keydown", (event) => {
    const key = pressed(event);
    if (!/ctrl|alt|^f\d/.test(key) && typing(event.target)) return;
    const hit = $$("[data-key]").find((element) => element.dataset.key.split(" ").includes(key));
    if (!hit) return;
    event.preventDefault();
    if (hit.matches("button, a, input[type=radio]")) hit.click();
    hit.focus();
  });
})();
