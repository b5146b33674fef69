/* A form that is sent while there is no connection stays where it is, with everything that was typed. */
(() => {
  "use strict";
  const { line, drafts } = window.hotline;
  if (!line) return;
  const answers = () => fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(3000) }).then((answer) => answer.ok, () => false);
  const complain = (form) => {
    form.querySelectorAll("[data-unsent]").forEach((old) => old.remove());
    const bar = Object.assign(document.createElement("div"), { className: "alert alert-danger mt-2", textContent: line.words.unsent });
    bar.dataset.unsent = "1";
    bar.setAttribute("role", "alert");
    form.append(bar);
    bar.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target, submitter = event.submitter;
    if (form.getAttribute("method") !== "post" || form.dataset.checked || !line.isDown()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (drafts && form === drafts.open()) drafts.keep(form);
    if (!await answers()) { complain(form); return; }
    form.dataset.checked = "1";
    form.requestSubmit(submitter);
    delete form.dataset.checked;
  }, true);
  document.addEventListener("htmx:sendError", (event) => { if (event.target.matches("form")) complain(event.target); });
})();
