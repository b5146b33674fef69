/* The telephone: when the server says that it did something, the bar is fetched; what is typed elsewhere on the page stays. */
(() => {
  "use strict";
  const place = () => document.querySelector("[data-phone]");
  if (!place()) return;
  let busy = false, again = false, looked = 0;
  const said = (bar) => { /* what it says, whoever it was made for and when */
    const copy = bar.cloneNode(true);
    copy.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((part) => part.remove());
    copy.querySelectorAll("[data-wrap-up]").forEach((part) => { part.textContent = part.className = ""; });
    return copy.innerHTML;
  };
  const look = async () => {
    if (busy) { again = true; return; }
    const open = place().querySelector("details[open]"), typing = place().contains(document.activeElement) && document.activeElement.matches("input, select");
    if (open || typing) { setTimeout(look, 2000); return; } /* not under somebody's hands */
    busy = true;
    looked = Date.now();
    try {
      const query = new URLSearchParams({ here: location.pathname + location.search, call: place().dataset.call || "" });
      if (!query.get("call")) query.delete("call");
      const answer = await fetch(`${place().dataset.phone}?${query}`, { headers: { "X-Background": "1" } });
      if (answer.ok && !answer.redirected) {
        const rang = place().hasAttribute("data-rings");
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-phone]");
        if (said(fresh) !== said(place())) { /* the same again would take the focus away */
          const { name, value } = place().contains(document.activeElement) ? document.activeElement : {};
          place().replaceWith(fresh);
          if (name) fresh.querySelector(`[name="${name}"][value="${value}"]`)?.focus();
          tick();
        }
        if (fresh.hasAttribute("data-rings") && !rang) document.dispatchEvent(new CustomEvent("hotline:rings"));
      }
    } catch { setTimeout(look, 2000); }
    busy = false;
    if (again) { again = false; look(); }
  };
  const tick = () => document.querySelectorAll("[data-wrap-up]").forEach((one) => {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(one.dataset.wrapUp)) / 1000));
    one.textContent = `${seconds} / ${one.dataset.limit} s`;
    one.className = `num pill ${seconds > Number(one.dataset.limit) ? "t-red" : "t-orange"}`;
  });
  document.addEventListener("hotline:phone", look);
  document.addEventListener("hotline:hint", ({ detail }) => detail.all && Date.now() - looked > 3000 && look()); /* after a line that was down */
  setInterval(tick, 1000);
  tick();
})();
