/* Countdowns: the server writes the text, this keeps it true. */
(() => {
  "use strict";
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const { words, say, span } = window.hotline;
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
  /* office hours that are left, where a deadline counts working days */
  const workingTime = (seconds) => {
    const days = Math.floor(seconds / words.working_day), rest = seconds % words.working_day;
    return days ? say(words.working_days, { days, hours: Math.floor(rest / 3600) }) : say(words.working, { time: span(rest) });
  };
  const tickOffice = () => $$("[data-office]").forEach((place) => {
    const now = Math.floor((Date.now() + skew) / 1000);
    const left = place.dataset.office.split(",").map((hours) => hours.split("-").map(Number))
      .reduce((sum, [from, until]) => sum + Math.max(0, until - Math.max(from, now)), 0);
    place.textContent = workingTime(left);
  });
  const setClock = (root) => { const at = root.querySelector("[data-now]"); if (at) skew = Date.parse(at.dataset.now) - Date.now(); };
  setClock(document);
  const tickAll = () => { tick(); tickOffice(); };
  tickAll();
  setInterval(tickAll, 5000);
  document.addEventListener("htmx:afterSwap", (event) => { setClock(event.target); tickAll(); });
})();
