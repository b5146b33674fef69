/* Work lists: what is ticked, where one stands and how far one has scrolled stay while the list refreshes itself. */
(() => {
  "use strict";
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const boxes = () => $$("[data-pick]");
  let last = null;

  /* the bar of steps for several: there as soon as something is ticked */
  const show = () => {
    const all = $$("[data-pick-all]")[0], bar = $$("[data-several]")[0];
    if (!all || !bar) return;
    const ticked = boxes().filter((box) => box.checked).length;
    all.hidden = false;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
    bar.hidden = ticked === 0;
    const said = bar.querySelector("[data-count]"), text = said.dataset.said.replace("#", ticked);
    if (said.textContent !== text) said.textContent = text;
    boxes().forEach((box) => box.closest("tr").classList.toggle("picked", box.checked));
  };

  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-pick]"), all = event.target.closest("[data-pick-all]");
    if (all) boxes().forEach((one) => { one.checked = all.checked; });
    if (box) {
      const from = event.shiftKey ? boxes().findIndex((one) => one.id === last) : -1, to = boxes().indexOf(box);
      if (from >= 0) boxes().slice(Math.min(from, to), Math.max(from, to) + 1).forEach((one) => { one.checked = box.checked; });
      last = box.id;
    }
    if (box || all) show();
  });

  /* a refresh replaces the rows; the choice of the person in front of it is not the server's to take */
  const named = (one, name) => one.hasAttribute(name) && `[${name}="${CSS.escape(one.getAttribute(name))}"]`;
  const placeOf = (one) => (one.closest("#desk") && (named(one, "id") || named(one, "formaction") || named(one, "href"))) || "";
  let kept = null, isPressed = false, isPutOff = false;
  document.addEventListener("pointerdown", () => { isPressed = true; }, true);
  ["pointerup", "pointercancel"].forEach((name) => document.addEventListener(name, () => {
    isPressed = false;
    if (isPutOff) setTimeout(() => document.dispatchEvent(new CustomEvent("hotline:changed"))); // after the click
    isPutOff = false;
  }, true));
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "desk") return;
    if (isPressed) { // a link that is replaced between down and up is not clicked
      event.detail.shouldSwap = false;
      isPutOff = true;
      return;
    }
    const wide = $$("[data-wide]")[0];
    kept = { ticked: boxes().filter((box) => box.checked).map((box) => box.id), focus: placeOf(document.activeElement), left: wide ? wide.scrollLeft : 0 };
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!kept) return;
    const { ticked, focus, left } = kept, wide = $$("[data-wide]")[0];
    kept = null;
    ticked.forEach((id) => { const box = document.getElementById(id); if (box) box.checked = true; });
    if (wide) wide.scrollLeft = left;
    show(); // what is hidden takes no focus
    const there = focus && $$(`#desk ${focus}`)[0];
    if (there && there !== document.activeElement) there.focus({ preventScroll: true });
  });
  show();
  addEventListener("pageshow", show); // the browser may bring ticks back

  /* one panel at a time; Escape and a click elsewhere close it */
  const close = (but) => $$(".panel[open]").forEach((panel) => { if (panel !== but) panel.open = false; });
  document.addEventListener("click", (event) => close(event.target.closest(".panel")));
  document.addEventListener("keydown", (event) => {
    const panel = event.key === "Escape" && $$(".panel[open]")[0];
    if (!panel) return;
    panel.open = false;
    panel.querySelector("summary").focus();
    event.preventDefault(); // this Esc is used up
  });
})();
