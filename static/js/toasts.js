/* Short messages at the edge of the screen, announced to screen readers; and copying, which answers with one. */
(() => {
  "use strict";
  const { hotline } = window;
  const shelf = document.getElementById("toasts");
  hotline.toast = (text) => {
    if (!shelf) return;
    const toast = document.createElement("div");
    toast.className = "alert alert-success";
    toast.textContent = text;
    shelf.append(toast);
    setTimeout(() => toast.remove(), 4000);
  };

  /* without https on a local network there is no clipboard object */
  const byHand = (text) => {
    const area = document.createElement("textarea"), before = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before.focus();
    if (!done) throw new Error("not copied");
  };
  hotline.copy = async (text) => {
    try {
      await (navigator.clipboard ? navigator.clipboard.writeText(text).catch(() => byHand(text)) : byHand(text));
      hotline.toast(hotline.say(hotline.words.copied, { what: text }));
    } catch { hotline.toast(hotline.words.not_copied); }
  };
  document.querySelectorAll("button[data-copy][hidden]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) hotline.copy(button.dataset.copy);
  });
})();
