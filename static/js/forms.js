/* A form is sent once; the first wrong field, a form that was just opened, or what was
   just done gets the focus. */
(() => {
  "use strict";
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method") !== "post") return; // a field may be called "method"
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => delete form.dataset.sent));
  const focusFirst = (root) => {
    const field = root.querySelector("[aria-invalid=true]:not(.styleguide *)") || root.querySelector("[data-focus] :is(input:not([type=hidden]), select, textarea)")
      || root.querySelector("[data-focus] form button:not(dialog button)"); // a step that asks nothing
    if (field) { field.focus({ preventScroll: true }); field.scrollIntoView({ block: "center" }); }
    return field;
  };
  const said = document.querySelector("main > [role=status]");
  if (!focusFirst(document) && said && !document.querySelector("[autofocus]")) { said.tabIndex = -1; said.focus(); } // what was just done
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "work") { event.target.scrollIntoView({ block: "nearest" }); focusFirst(event.target); }
  });
})();
