/* Knowledge in the intake screen: a hit goes into the answer by its button, "??" typed in a text opens the search. */
(() => {
  "use strict";
  const field = document.getElementById("knowledge-q");
  if (!field) return;
  let from = null; // where "??" was typed
  const told = (element) => element.dispatchEvent(new Event("input", { bubbles: true })); // as if typed: drafts are kept

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-article][data-insert]");
    const answer = button && document.querySelector(button.dataset.into), cites = button && document.querySelector(button.dataset.cites);
    if (!answer) return;
    const before = answer.value.trimEnd();
    answer.value = before ? `${before}\n${button.dataset.insert}` : button.dataset.insert;
    if (cites) { cites.value = button.dataset.article; told(cites); }
    told(answer);
    answer.focus();
  });

  document.addEventListener("input", (event) => {
    const text = event.target;
    if (event.isComposing || !text.matches("#in-content, #answer-answer")) return;
    const at = text.selectionStart, typed = text.value.slice(at - 2, at);
    if (typed !== "??" && typed !== "？？") return;
    text.setRangeText("", at - 2, at, "end");
    from = text;
    field.focus();
    field.select();
  });

  field.addEventListener("keydown", (event) => {
    const first = document.querySelector("#knowledge-hits [data-insert]");
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" || event.key === "ArrowDown") { event.preventDefault(); first?.focus(); }
    else if (event.key === "Escape" && from) { event.preventDefault(); event.stopPropagation(); from.focus(); from = null; }
  });
})();
