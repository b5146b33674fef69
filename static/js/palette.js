/* Ctrl+K: one field that finds pages, steps, tickets and colleagues (a combobox with a list, after the ARIA pattern). */
(() => {
  "use strict";
  const { acts } = window.hotline;
  const dialog = document.getElementById("palette");
  if (!dialog || !acts) return;
  const field = dialog.querySelector("input"), found = document.getElementById("found"), said = document.getElementById("found-said");
  let waiting = false; // Enter came before the answer
  const options = () => [...found.querySelectorAll("[role=option]")];
  const active = () => found.querySelector("[aria-selected=true]");
  const isFresh = () => found.firstElementChild?.dataset.asked === field.value.trim().slice(0, 50);
  const point = (option) => {
    active()?.removeAttribute("aria-selected");
    field.setAttribute("aria-expanded", String(Boolean(option)));
    if (!option) { field.removeAttribute("aria-activedescendant"); return; }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };
  acts.palette = () => {
    field.value = "";
    found.replaceChildren();
    point(null);
    dialog.showModal();
    field.focus();
    window.htmx.trigger(field, "look");
  };
  found.addEventListener("htmx:afterSwap", () => {
    options().forEach((option, i) => { option.id = `option-${i}`; });
    said.textContent = found.firstElementChild?.dataset.said || "";
    point(options()[0]);
    if (waiting && isFresh()) { waiting = false; active()?.click(); }
  });
  field.addEventListener("input", () => { waiting = false; });
  /* an answer that did not come is asked for again while somebody waits for it */
  const askAgain = () => setTimeout(() => { if (dialog.open) window.htmx.trigger(field, "look"); }, 1000);
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((name) => field.addEventListener(name, askAgain));
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const all = options(), at = all.indexOf(active());
    const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, PageDown: Math.min(at + 8, all.length - 1), PageUp: Math.max(at - 8, 0) }[event.key];
    if (to !== undefined && all.length) point(all[to]);
    else if (event.key === "Enter" && isFresh()) active()?.click();
    else if (event.key === "Enter") { waiting = true; window.htmx.trigger(field, "look"); }
    else if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) dialog.close();
    else return;
    event.preventDefault();
  });
  found.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    const button = option.href && document.querySelector(`.offers a[href="${option.getAttribute("href")}"]`);
    if (option.matches("a, [formaction]") && !button) return;
    event.preventDefault();
    dialog.close();
    if (button) button.click();
    else if (option.dataset.press === "sheet") acts.sheet();
    else if (option.dataset.press === "theme") document.querySelector("[data-theme-toggle]")?.click();
  });
})();
