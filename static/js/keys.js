/* Binds the table of keys (hotline/keys.py) and shows it as a sheet. Other scripts add what keys do to hotline.acts. */
(() => {
  "use strict";
  const table = JSON.parse(document.getElementById("keys")?.textContent || "null");
  if (!table) return;
  const { hotline } = window;
  const acts = (hotline.acts = {});
  Object.assign(hotline.words, table.words);

  /* "ctrl+k", "j", "?"; the place of the key counts where the layout gives no Latin sign, or where Alt makes another one */
  const pressed = (event) => {
    const place = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code)?.[1];
    let sign = event.key.normalize("NFKC");
    if (place && (event.altKey || !/^[\x20-\x7e]+$/.test(sign))) sign = place;
    sign = { Escape: "esc", " ": "space" }[sign] || sign.toLowerCase();
    if (event.getModifierState("AltGraph")) return sign;
    const ctrl = event.ctrlKey || event.metaKey, shift = event.shiftKey && (sign.length > 1 || ctrl || event.altKey);
    return [ctrl && "ctrl", event.altKey && "alt", shift && "shift", sign].filter(Boolean).join("+");
  };
  const fits = (key, told) => key === told || (/\d-9$/.test(key) && key.slice(0, -3) === told.slice(0, -1) && /\d$/.test(told) && told.slice(-1) >= key.at(-3));
  const visible = (selector) => [...document.querySelectorAll(selector)].find((element) => element.checkVisibility());
  const place = (entry, told) => visible(entry.on || `[data-key~="${told}"]`);
  const isTyping = (target) => target.matches("textarea, select, [contenteditable], .ticks input, input:not([type=radio], [type=checkbox], [type=button], [type=submit])");
  const isControl = (target) => target.closest("a, button, summary, input, select, textarea");
  const here = () => table.scopes.filter((scope) => visible(scope.where));
  const entries = () => here().flatMap((scope) => table.keys.filter((entry) => entry.scope === scope.name));

  const touch = (element) => {
    if (element.matches("button, a, summary, [type=radio], [type=checkbox]")) element.click();
    else if (element.tabIndex < 0) element.tabIndex = -1;
    element.focus();
    if (element.matches("input[type=search], input[type=text]")) element.select();
    return true;
  };
  const run = (entry, told, event) => {
    if (entry.url) { location.assign(entry.url); return true; }
    if (entry.act) return Boolean(acts[entry.act]) && acts[entry.act](told, event) !== false;
    const element = place(entry, told);
    return Boolean(element) && touch(element);
  };

  /* single signs can be switched off (they disturb who dictates to the machine) */
  let first = "", timer = 0;
  const letters = document.getElementById("letters");
  letters.checked = localStorage.getItem("letters") !== "off";
  letters.addEventListener("change", () => localStorage.setItem("letters", letters.checked ? "on" : "off"));
  const isOpenTo = (told, target) => {
    if (/ctrl|alt|^f\d|^esc/.test(told)) return true;
    if (told === "enter") return !isControl(target);
    if (/^(arrow|home|end)/.test(told)) return Boolean(target.closest(".ticks"));
    return letters.checked && (!isTyping(target) || (target.matches("select") && /^\d$/.test(told)));
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]")) return;
    const sign = pressed(event), told = first ? `${first} ${sign}` : sign;
    if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    first = "";
    clearTimeout(timer);
    if (!isOpenTo(sign, event.target) || (event.repeat && !/^[jk]$/.test(told))) return;
    const known = entries();
    if (known.some((entry) => entry.keys.some((key) => key.startsWith(`${told} `)))) {
      first = told;
      timer = setTimeout(() => { first = ""; }, 1500);
      event.preventDefault();
    } else if (known.some((entry) => entry.keys.some((key) => fits(key, told)) && run(entry, told, event))) event.preventDefault();
  });

  /* the sheet: the keys of this page, in groups */
  const make = (tag, text, ...children) => {
    const element = document.createElement(tag);
    element.append(text, ...children);
    return element;
  };
  const names = { ctrl: "Ctrl", alt: "Alt", shift: "Shift", enter: "Enter", esc: "Esc", arrowup: "↑", arrowdown: "↓" };
  const shown = (key) => key.replace("-9", "–9").split("+").map((part) => names[part] || part.toUpperCase()).join("+");
  const isHere = (entry) => entry.url || (entry.act && !entry.on) || entry.keys.some((key) => place(entry, key.replace(/\d-9/, "1")));
  const section = (scope) => {
    const rows = table.keys.filter((entry) => entry.scope === scope.name && isHere(entry)).flatMap((entry) => [
      make("dt", "", ...entry.keys.flatMap((key, i) => [i ? " " : "", make("kbd", shown(key))])), make("dd", entry.label)]);
    const list = make("dl", "", ...rows);
    list.className = "facts";
    return rows.length ? [make("section", "", make("h3", scope.title), list)] : [];
  };
  const sheet = document.getElementById("sheet");
  acts.sheet = () => {
    sheet.querySelector(".sheet").replaceChildren(...here().flatMap(section));
    sheet.showModal();
  };
  document.addEventListener("click", (event) => {
    if (event.target.matches("dialog")) event.target.close(); // the backdrop
    if (event.target.closest("[data-sheet]")) acts.sheet();
  });
})();
