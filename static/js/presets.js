/* A choice that carries a text puts it into the field that it fills: in place of the text that was chosen before, else
   behind what is there already. Without this script the texts are copied from their page. */
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const choice = event.target, text = choice.selectedOptions?.[0]?.dataset.text;
    const field = choice.dataset?.fills && choice.form?.elements[choice.dataset.fills];
    if (!field || !text) return;
    const last = choice.dataset.filled || "", there = field.value;
    const whole = last && there.includes(last) ? there.replace(last, () => text) : [there.trimEnd(), text].filter(Boolean).join("\n");
    if (field.maxLength > 0 && whole.length > field.maxLength) return;
    field.value = whole;
    choice.dataset.filled = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
