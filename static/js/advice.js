/* A suggestion is taken over into its field by a click or its key, and what was decided is counted. Nothing is sent otherwise. */
(() => {
  "use strict";
  const panel = document.getElementById("suggestions"), form = panel?.closest("form");
  if (!form) return;
  const put = (name, value) => {
    const field = form.elements[name];
    if (field instanceof RadioNodeList) {
      const choice = [...field].find((one) => one.value === value);
      choice.checked = true;
      return choice;
    }
    field.value = value;
    return field;
  };
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-advice]");
    if (!button) return;
    const { advice, value, place, training } = button.dataset;
    const body = new URLSearchParams({ key: form.elements.key.value, about: advice, place: place || "", training });
    if (value) {
      const field = put(advice, value);
      ["input", "change"].forEach((name) => field.dispatchEvent(new Event(name, { bubbles: true }))); // as if typed: drafts are kept
      field.focus();
    }
    button.setAttribute("aria-pressed", "true");
    button.classList.add("active");
    fetch(panel.dataset.answer, { method: "POST", body, keepalive: true, headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value } }).catch(() => {}); // only counted
  });
})();
