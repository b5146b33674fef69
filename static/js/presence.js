/* Who else is here: beside the title of a ticket, and on the rows of lists. */
(() => {
  "use strict";
  const { line, say } = window.hotline;
  if (!line) return;
  const here = new Map();
  const short = (name) => (/[\u4e00-\u9fff]/.test(name) ? name.slice(-2) : name.split(/\s+/).map((part) => part[0]).join("").slice(0, 2));
  const face = ([, name, types]) => {
    const mark = document.createElement("b"), text = say(types ? line.words.types : line.words.looks, { name });
    mark.append(Object.assign(document.createElement("span"), { ariaHidden: "true", textContent: short(name) + (types ? "…" : "") }),
      Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: text }));
    mark.title = text;
    if (types) mark.className = "types";
    return mark;
  };
  const fill = (place, people) => {
    const text = JSON.stringify(people);
    if (place.dataset.who !== text) { place.dataset.who = text; place.replaceChildren(...people.map(face)); }
  };
  const draw = () => {
    const page = document.querySelector("#news [data-ticket]"), mine = document.getElementById("people");
    if (page && mine) fill(mine, here.get(page.dataset.ticket) || []);
    document.querySelectorAll("a[id^='t-']").forEach((link) => {
      const people = here.get(link.id.slice(2)) || [], place = link.parentElement.querySelector(":scope > .people");
      if (place || people.length) fill(place || link.insertAdjacentElement("afterend", Object.assign(document.createElement("span"), { className: "people" })), people);
    });
  };
  document.addEventListener("hotline:here", ({ detail }) => {
    Object.entries(detail).forEach(([no, people]) => (people.length ? here.set(no, people) : here.delete(no)));
    draw();
  });
  document.addEventListener("htmx:afterSwap", draw);
  document.addEventListener("hotline:news", draw);

  /* the stream itself says that I look; what I do there is told while I do it */
  let told = 0;
  const tell = (what) => {
    const page = document.querySelector("#news [data-ticket]");
    if (!page || document.hidden) return;
    fetch(page.dataset.here, { method: "POST", keepalive: true, body: new URLSearchParams({ what }),
      headers: { "X-Background": "1", "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"] } }).catch(() => {});
  };
  document.addEventListener("input", (event) => {
    if (!event.target.closest("#work form") || Date.now() - told < 6000) return;
    told = Date.now();
    tell("typing");
  });
  setInterval(() => { if (!line.isStreaming()) tell("looking"); }, 20000);
})();
