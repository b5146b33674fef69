/* The intake screen: the emergency strip, templates, and answers that stay while the questions are fetched again. */
(() => {
  "use strict";
  const form = document.querySelector("form.intake"), strip = document.getElementById("emergency");
  if (!form || !strip) return;
  const urgency = document.getElementById("in-urgency"), said = document.getElementById("emergency-words");
  const warn = () => {
    const usual = document.getElementById("besides")?.dataset.urgency;
    const isCritical = (urgency.value || usual) === "critical";
    if (isCritical && !strip.firstElementChild) strip.append(said.content.cloneNode(true)); // put in: that is announced
    if (!isCritical) strip.replaceChildren();
  };
  urgency.addEventListener("change", warn);
  warn();

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    const field = document.getElementById(button.dataset.into);
    const text = [field.value.trimEnd(), button.dataset.insert].filter(Boolean).join("\n");
    if (field.maxLength > 0 && text.length > field.maxLength) return;
    field.value = text;
    field.focus();
    const first = text.indexOf("\n", text.length - button.dataset.insert.length);
    field.setSelectionRange(...(first < 0 ? [text.length, text.length] : [first, first])); // behind the first word
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  /* what was typed while the answer was on its way is put into what comes */
  let typed = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id === "besides") typed = [...event.target.querySelectorAll("[name]")].map((part) => [part.name, part.value]);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "besides" && event.detail.elt?.id !== "besides") return;
    typed.forEach(([name, value]) => { const part = form.elements[name]; if (part && value) part.value = value; });
    typed = [];
    warn();
  });
})();
