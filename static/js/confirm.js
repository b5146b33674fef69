/* What cannot be undone is asked about first; messages can be put away; pages can be printed. */
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector("input[data-confirm]");
    if (!field || field.value) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the form was not sent: js/forms.js must not lock it
    const dialog = event.target.querySelector("dialog.confirm"), { submitter } = event;
    dialog.returnValue = "";
    dialog.querySelector("[data-yes]").onclick = () => {
      field.value = "1";
      dialog.close();
      event.target.requestSubmit(submitter);
    };
    dialog.querySelector("[data-back]").onclick = () => dialog.close();
    dialog.showModal();
  }, true);
  document.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-dismiss]");
    if (closer) closer.closest(".alert").remove();
    if (event.target.closest("[data-print]")) print();
  });
})();
