/* Small conveniences. Every page works without them. */
(() => {
  "use strict";
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* countdowns: the server writes the text, this keeps it true */
  const words = JSON.parse(document.body.dataset.words || "{}");
  const say = (text, values) => text.replace(/%\((\w+)\)[sd]/g, (_, name) => values[name]);
  const span = (seconds) => {
    const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
    if (days) return say(words.days, { days, hours: hours % 24 });
    return hours ? say(words.hours, { hours, minutes: minutes % 60 }) : say(words.minutes, { minutes });
  };
  const tone = (left, length) => (left < 0 ? "red" : left <= length * 0.1 ? "orange" : left <= length * 0.25 ? "yellow" : "green");
  let skew = 0;
  const tick = () => $$("[data-due]").forEach((chip) => {
    const left = Math.floor((Date.parse(chip.dataset.due) - Date.now() - skew) / 1000);
    const text = say(left < 0 ? words.late : words.left, { time: span(Math.abs(left)) });
    const place = chip.querySelector("[data-left]") || chip;
    if (place.textContent !== text) place.textContent = text;
    const colour = `t-${tone(left, Number(chip.dataset.length))}`;
    if (!chip.classList.contains(colour)) {
      chip.classList.remove("t-red", "t-orange", "t-yellow", "t-green");
      chip.classList.add(colour);
    }
  });
  const setClock = (root) => { const at = root.querySelector("[data-now]"); if (at) skew = Date.parse(at.dataset.now) - Date.now(); };
  setClock(document);
  tick();
  setInterval(tick, 15000);
  document.addEventListener("htmx:afterSwap", (event) => { setClock(event.target); tick(); });

  /* light or dark */
  $$("[data-theme-toggle]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
      document.documentElement.dataset.bsTheme = next;
      document.cookie = `theme=${next};path=/;max-age=31536000;samesite=lax`;
    });
  });

  /* drop-downs are closed by Escape and by a click elsewhere */
  document.addEventListener("click", (event) => $$(".bar details[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  }));

  /* a form is sent once */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => delete form.dataset.sent));

  /* the first wrong field, or a form that was just opened, gets the focus */
  const focusFirst = (root) => {
    const field = root.querySelector("[aria-invalid=true]") || root.querySelector("[data-focus] :is(input:not([type=hidden]), select, textarea)");
    if (field) { field.focus({ preventScroll: true }); field.scrollIntoView({ block: "center" }); }
  };
  focusFirst(document);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "work") { event.target.scrollIntoView({ block: "nearest" }); focusFirst(event.target); }
  });

  /* keys: data-key="ctrl+enter" on a button or field */
  const pressed = (event) => [event.ctrlKey || event.metaKey ? "ctrl" : "", event.altKey ? "alt" : "", event.shiftKey ? "shift" : "",
    event.key.toLowerCase()].filter(Boolean).join("+");
  const typing = (target) => target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") $$(".bar details[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
    const key = pressed(event);
    if (!/ctrl|alt|^f\d/.test(key) && typing(event.target)) return;
    const hit = $$("[data-key]").find((element) => element.dataset.key.split(" ").includes(key));
    if (!hit) return;
    event.preventDefault();
    if (hit.matches("button, a, input[type=radio]")) hit.click();
    hit.focus();
  });
})();
