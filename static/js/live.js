/* The line to the server: one stream of hints while the page is looked at; polling where streams do not get through.
   Says on document: hotline:hint (at once), hotline:changed (throttled: refresh what you show), hotline:here, hotline:line. */
(() => {
  "use strict";
  const line = document.getElementById("line");
  if (!line || !window.EventSource) return;
  const words = JSON.parse(line.dataset.words);
  const POLL = 15000, SILENT = 32000, FIRST = 8000, SHOWN_AFTER = 5000, FAILURES = 3, TRY_AGAIN = 60000;
  let source = null, since = line.dataset.since, heard = 0, opened = 0, failures = 0, lostAt = 0, retry = 0, polled = 0, state = "";
  const say = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

  const show = (next) => {
    if (next === state) return;
    const wasBad = state && state !== "live";
    line.dataset.state = state = next;
    line.title = words[next];
    line.textContent = next === "live" ? "" : words[next];
    if (next === "live" && wasBad) line.innerHTML = `<span class="visually-hidden">${words.live}</span>`;
    say("hotline:line", { state });
  };

  /* refreshing costs the server something: the first change at once, the next ones when it has had time to breathe */
  let due = 0, last = 0, took = 100, asked = 0;
  const changed = () => {
    if (due) return;
    const gap = Math.min(15000, Math.max(1000, took * 8));
    due = setTimeout(() => { due = 0; last = Date.now(); say("hotline:changed"); }, Math.max(Math.random() * 200, last + gap - Date.now()));
  };
  document.addEventListener("htmx:beforeRequest", (event) => { if (["desk", "board", "wall"].includes(event.target.id)) asked = Date.now(); });
  document.addEventListener("htmx:afterRequest", () => { if (asked) { took = Date.now() - asked; asked = 0; } });
  const lookAtAll = () => { say("hotline:hint", { all: true }); changed(); bell(); };
  const bell = () => window.htmx && window.htmx.trigger(document.body, "notices-read");

  const on = (name, act) => source.addEventListener(name, (event) => {
    heard = Date.now();
    failures = lostAt = 0;
    if (event.lastEventId) since = event.lastEventId;
    show("live");
    act(JSON.parse(event.data));
  });
  const address = () => {
    const place = document.querySelector("#news [data-ticket]");
    return `${line.dataset.url}?since=${since}${place ? `&ticket=${place.dataset.ticket}` : ""}`;
  };
  const open = () => {
    clearTimeout(retry);
    if (source || document.hidden) return;
    source = new EventSource(address());
    opened = Date.now();
    on("beat", (data) => { if (!data.well) show("lost"); });
    on("changed", (data) => { say("hotline:hint", data); changed(); });
    on("resync", lookAtAll);
    on("bell", bell);
    on("here", (data) => say("hotline:here", data));
    on("phone", (data) => say("hotline:phone", data));
    on("bye", () => location.reload());
    source.onerror = () => {
      const worked = heard > opened;
      if (source.readyState === EventSource.CLOSED || !worked) failed(worked);
      else { opened = Date.now(); lostAt = lostAt || Date.now(); } /* the browser comes back by itself */
    };
  };
  const close = () => { if (source) source.close(); source = null; };
  const failed = (worked) => {
    close();
    lostAt = lostAt || Date.now();
    failures = worked ? 0 : failures + 1;
    clearTimeout(retry);
    retry = setTimeout(open, failures >= FAILURES ? TRY_AGAIN : 500 * 2 ** failures * (0.75 + Math.random() / 2));
  };

  const poll = async () => {
    polled = Date.now();
    try {
      await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (source && heard > opened) return;
      if (state === "offline") { failures = 0; close(); open(); } /* it was the line, not the stream */
      else show("polling");
      lookAtAll();
    } catch { show("offline"); }
  };
  setInterval(() => {
    if (document.hidden) return;
    const now = Date.now();
    if (source && now - Math.max(heard, opened) > (heard > opened ? SILENT : FIRST)) failed(false);
    if (lostAt && now - lostAt > SHOWN_AFTER && failures < FAILURES) show(navigator.onLine ? "lost" : "offline");
    if (failures >= FAILURES && now - polled > (state === "offline" ? POLL / 3 : POLL)) poll();
  }, 1000);
  addEventListener("online", () => { failures = 0; close(); open(); });
  addEventListener("offline", () => { lostAt = lostAt || Date.now(); show("offline"); });

  /* a page that nobody looks at holds no connection: browsers allow six to one server */
  let leaving = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(leaving);
    if (document.hidden) leaving = setTimeout(() => { close(); lostAt = 0; clearTimeout(retry); }, 10000);
    else open();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  window.hotline.line = { isDown: () => !navigator.onLine || ["lost", "offline"].includes(state) || (source && heard && Date.now() - heard > SILENT / 2 + 2000),
    isStreaming: () => Boolean(source) && heard > 0, words, person: line.dataset.person };
  open();
})();
