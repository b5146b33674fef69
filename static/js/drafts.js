/* What somebody types into the form of a step is kept in this tab until it has been sent: a reload, a crash or a cut line
   loses nothing. Never on the server, never for another person; thrown away at log-out. */
(() => {
  "use strict";
  const { line } = window.hotline;
  if (!line) return;
  const OURS = "work:", OWN = ["csrfmiddlewaretoken", "version"];
  const parts = (form, name) => [...form.elements].filter((part) => part.name === name);
  const names = (form) => [...new Set([...form.elements].filter((part) => part.name && part.type !== "hidden" && part.tagName !== "BUTTON"
    && !OWN.includes(part.name)).map((part) => part.name))];
  const read = (form, name, ticked, text, chosen) => parts(form, name).flatMap((part) => {
    if (part.type === "checkbox" || part.type === "radio") return part[ticked] ? [part.value] : [];
    if (!part.options) return [part[text]];
    const hits = [...part.options].filter((option) => option[chosen]);
    return (hits.length || part.multiple ? hits : [...part.options].slice(0, 1)).map((option) => option.value);
  });
  const now = (form, name) => read(form, name, "checked", "value", "selected");
  const given = (form, name) => read(form, name, "defaultChecked", "defaultValue", "defaultSelected");
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const isTouched = (form, name) => !same(now(form, name), given(form, name));
  const put = (form, name, values) => parts(form, name).forEach((part, index) => {
    if (part.type === "checkbox" || part.type === "radio") part.checked = values.includes(part.value);
    else if (part.options) [...part.options].forEach((option) => { option.selected = values.includes(option.value); });
    else part.value = values[index] ?? "";
  });

  const open = () => document.querySelector("#work form[action*='/do/']");
  const key = (form) => {
    const [, ticket, step] = form.getAttribute("action").match(/(\d+)\/do\/(\w+)\//);
    return `${OURS}${line.person}:${ticket}:${step}`;
  };
  const keep = (form) => {
    const typed = names(form).filter((name) => isTouched(form, name)).map((name) => [name, now(form, name)]);
    if (typed.length) sessionStorage.setItem(key(form), JSON.stringify(typed));
    else sessionStorage.removeItem(key(form));
  };
  const forget = (test) => Object.keys(sessionStorage).filter((name) => name.startsWith(OURS) && test(name)).forEach((name) => sessionStorage.removeItem(name));

  const note = (form, text, label, act) => {
    const bar = document.createElement("div");
    const button = document.createElement("button");
    bar.className = "alert alert-info d-flex gap-2 align-items-center";
    bar.setAttribute("role", "status");
    bar.append(Object.assign(document.createElement("span"), { className: "flex-fill", textContent: text }), button);
    Object.assign(button, { type: "button", className: "btn btn-sm", textContent: label, onclick: () => { act(); bar.remove(); } });
    form.before(bar);
  };
  const restore = () => {
    const form = open();
    const kept = form && JSON.parse(sessionStorage.getItem(key(form)) || "[]").filter(([name, values]) => parts(form, name).length && !same(now(form, name), values));
    if (!form || form.dataset.restored || !kept.length) return;
    form.dataset.restored = "1";
    kept.forEach(([name, values]) => put(form, name, values));
    note(form, line.words.restored, line.words.discard, () => { form.reset(); sessionStorage.removeItem(key(form)); });
  };

  let later = 0, isOver = false;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || form !== open()) return;
    clearTimeout(later);
    later = setTimeout(() => keep(form), 200);
  });
  addEventListener("pagehide", () => { const form = open(); if (form && !isOver) keep(form); });
  document.addEventListener("submit", (event) => {
    if ((event.target.getAttribute("action") || "").endsWith("/logout/")) { isOver = true; forget(() => true); }
    else if (event.target === open()) keep(event.target);
  });
  const done = document.cookie.match(/(?:^|; )done=(\d+)\.(\w+)/); /* the server says which step was taken */
  if (done) {
    forget((name) => name.endsWith(`:${done[1]}:${done[2]}`));
    document.cookie = "done=;path=/;max-age=0";
  }
  document.addEventListener("htmx:afterSettle", (event) => { if (event.target.id === "work") restore(); });
  restore();
  Object.assign(window.hotline, { drafts: { open, names, parts, now, given, same, put, isTouched, keep } });
})();
