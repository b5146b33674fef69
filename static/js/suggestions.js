/* A suggested unit is taken over into the form: its name as lead, the ticks of its co-units. Nothing is sent. */
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-lead]");
    if (!button) return;
    const { form } = button, codes = button.dataset.co.split(" ");
    const lead = form.elements.lead_unit;
    lead.value = button.dataset.lead;
    form.querySelectorAll("[name=co_units]").forEach((box) => { box.checked = codes.includes(box.value); });
    lead.dispatchEvent(new Event("input", { bubbles: true })); // drafts.js keeps it like something typed
    lead.focus();
  });
})();
