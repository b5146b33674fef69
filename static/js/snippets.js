/* "::" in a text opens the list of kept texts; the chosen one takes its place. "??" leads to the knowledge base. */
(() => {
  "use strict";
  const { acts } = window.hotline;
  const dialog = document.getElementById("snippets");
  if (!dialog || !acts) return;
  const field = dialog.querySelector("input"), list = document.getElementById("snippet-list");
  let into = null, at = 0;
  const options = () => [...list.querySelectorAll("[data-text]")].filter((option) => !option.hidden);
  const point = (option) => {
    list.querySelector(".active")?.classList.remove("active");
    field.removeAttribute("aria-activedescendant");
    if (!option) return;
    option.classList.add("active");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };
  const narrow = () => {
    const asked = field.value.trim().toLowerCase();
    list.querySelectorAll("[data-text]").forEach((option, i) => {
      option.id = `snippet-${i}`;
      option.hidden = !option.textContent.toLowerCase().includes(asked);
    });
    point(options()[0]);
  };
  const insert = (text) => {
    dialog.close();
    into.focus();
    into.setRangeText(text, at, at, "end");
    into.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const cut = (area) => {
    at = area.selectionStart - 2;
    area.setRangeText("", at, at + 2, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("input", (event) => {
    const area = event.target;
    if (!area.matches?.("form.intake textarea") || event.isComposing) return;
    const before = area.value.slice(Math.max(0, area.selectionStart - 2), area.selectionStart);
    if (/^[?？]{2}$/.test(before)) {
      const place = [...document.querySelectorAll('#knowledge input, [data-key~="f3"]')].find((one) => one.checkVisibility());
      if (place) { cut(area); place.focus(); }
    }
    if (!/^[:：]{2}$/.test(before)) return;
    into = area;
    cut(area);
    field.value = "";
    dialog.showModal();
    window.htmx.trigger(field, "look");
    narrow();
  });
  list.addEventListener("htmx:afterSwap", narrow);
  field.addEventListener("input", narrow);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options(), now = all.findIndex((option) => option.matches(".active"));
    if (event.key === "ArrowDown") point(all[(now + 1) % all.length]);
    else if (event.key === "ArrowUp") point(all[(now - 1 + all.length) % all.length]);
    else if (event.key === "Enter" && all[now]) insert(all[now].dataset.text);
    else if (event.key !== "Enter") return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-text]");
    if (option) insert(option.dataset.text);
  });
  dialog.addEventListener("close", () => into?.focus());
})();
