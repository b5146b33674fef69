/* The page of a ticket follows the ticket: a bar says what others did, everything but the open form is refreshed, and the
   form is merged. Afterwards the page is what a reload would show. */
(() => {
  "use strict";
  const news = document.getElementById("news");
  if (!news || !window.hotline.line) return;
  const REGIONS = ["head", "facts", "panels", "story", "side"];
  const sign = () => news.querySelector("[data-ticket]");
  const headers = { "X-Background": "1" };
  let read = Number(sign().dataset.version), busy = false, again = false;

  const refresh = async () => {
    const form = window.hotline.drafts && window.hotline.drafts.open();
    const answer = await fetch((form ? form.getAttribute("action") : location.pathname) + location.search, { headers });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const text = await answer.text(), page = new DOMParser().parseFromString(text, "text/html");
    const there = REGIONS.filter((id) => document.getElementById(id) && page.getElementById(id));
    const opened = there.map((id) => [id, [...document.querySelectorAll(`#${id} details[open] > summary`)].map((one) => one.textContent)]);
    const place = there.find((id) => document.getElementById(id).contains(document.activeElement)), link = document.activeElement.getAttribute("href");
    const shown = document.querySelector("#identity[data-shown]"); /* a number that was asked for stays on the screen */
    if (there.length) window.htmx.swap(`#${there[0]}`, text, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 },
      { select: `#${there[0]}`, selectOOB: there.slice(1).map((id) => `#${id}`).join(",") });
    opened.forEach(([id, names]) => document.querySelectorAll(`#${id} details > summary`).forEach((one) => {
      if (names.includes(one.textContent)) one.parentElement.open = true;
    }));
    if (shown && document.getElementById("identity")) document.getElementById("identity").replaceWith(shown);
    if (place && link) document.querySelector(`#${place} [href="${CSS.escape(link)}"]`)?.focus({ preventScroll: true });
    document.title = page.title;
    if (form) window.hotline.merge(page.getElementById("work"));
  };
  const look = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(`${sign().dataset.url}?since=${read}`, { headers });
      if (answer.status === 404) location.reload();
      else if (answer.status === 200 && !answer.redirected) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("news");
        if (fresh.querySelector("[data-ticket]").dataset.version !== sign().dataset.version) {
          await refresh();
          news.replaceChildren(...fresh.childNodes);
          document.dispatchEvent(new CustomEvent("hotline:news"));
        }
      }
    } catch { setTimeout(look, 3000); } /* no connection, or a server with too much to do */
    busy = false;
    if (again) { again = false; look(); }
  };
  document.addEventListener("hotline:hint", ({ detail }) => {
    const mine = (detail.tickets || []).find(([no]) => no === sign().dataset.ticket);
    if (detail.all || detail.more || (mine && mine[1] > Number(sign().dataset.version))) look();
  });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "identity" && !event.target.querySelector("form")) event.target.dataset.shown = "1"; });
  news.addEventListener("click", (event) => {
    if (!event.target.closest("[data-news-read]")) return;
    read = Number(sign().dataset.version);
    event.target.closest(".alert").remove();
  });
})();
