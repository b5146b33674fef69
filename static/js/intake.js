/* The intake form is saved on the server while it is filled in: every few seconds, and when the page is left. What the
   server does not have yet is kept in this tab, so that neither a cut line nor a crash loses a character. */
(() => {
  "use strict";
  const { line, drafts, say } = window.hotline;
  const form = document.querySelector("form.intake[data-draft]");
  if (!form || !line || !drafts) return;
  const SOON = 2000, AGAIN = 3000, PATIENCE = 8000, OURS = `work:${line.person}:intake:`; // js/drafts.js forgets "work:" at log-out
  const NOT_OURS = ["csrfmiddlewaretoken", "act", "looked"];
  const words = JSON.parse(form.dataset.words), state = document.getElementById("draft-state");
  const page = [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("");
  const key = () => form.elements.key.value;
  const values = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && value && !NOT_OURS.includes(name));
  let base = Number(form.dataset.version), seq = 0, typed = 0, saved = 0, isBusy = false, isOver = false, isTorn = false, isBlocked = false, timer = 0;

  const show = (text, isBad) => {
    if (!state) return;
    if (state.textContent !== text) state.textContent = text;
    state.classList.toggle("text-danger", Boolean(isBad));
    state.classList.toggle("text-secondary", !isBad);
  };
  const clock = () => new Date().toTimeString().slice(0, 5);
  const keep = () => sessionStorage.setItem(OURS + key(), JSON.stringify({ base, values: values() }));
  const body = (entry, left) => {
    const all = new URLSearchParams(entry.values);
    Object.entries({ page: entry.page || page, seq: entry.seq || (seq += 1), base: entry.base, left: left ? "1" : "" })
      .forEach(([name, value]) => all.set(`draft-${name}`, value));
    return all;
  };
  const post = (entry, left) => fetch(form.dataset.draft, {
    method: "POST", keepalive: Boolean(left), redirect: "manual", body: body(entry, left), signal: left ? undefined : AbortSignal.timeout(PATIENCE),
    headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });

  const soon = (after) => { clearTimeout(timer); timer = setTimeout(() => { timer = 0; save(); }, after); };
  const save = async () => {
    if (isBusy || isOver || isTorn || isBlocked || typed === saved) return;
    const sending = typed;
    isBusy = true;
    try {
      const answer = await post({ base, values: values() });
      if (answer.type === "opaqueredirect" || answer.status === 403) show(words.signed_out, true);
      else if (answer.status === 409) askWhich((await answer.json()).version);
      else if (answer.status === 422) { isBlocked = true; show((await answer.json()).problem, true); }
      else if (!answer.ok) show(words.unsaved, true);
      else {
        const { version, over } = await answer.json();
        if (over) isOver = true;
        base = version || base;
        saved = sending;
        if (typed === saved) sessionStorage.removeItem(OURS + key());
        history.replaceState(null, "", `${form.getAttribute("action")}?draft=${encodeURIComponent(key())}`);
        show(typed === saved ? say(words.saved, { time: clock() }) : words.saving);
      }
    } catch { show(words.unsaved, true); }
    isBusy = false;
    if (typed !== saved) soon(AGAIN);
  };

  const changed = () => {
    typed += 1;
    isBlocked = false;
    keep();
    if (state && !state.classList.contains("text-danger")) show(words.saving);
    if (!timer && !isBusy) soon(SOON);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  document.addEventListener("hotline:line", ({ detail }) => { if (detail.state === "live") soon(0); });
  addEventListener("online", () => soon(0));
  document.addEventListener("visibilitychange", () => { if (document.hidden) soon(0); });
  form.addEventListener("submit", () => { if (typed !== saved) keep(); isOver = true; });
  addEventListener("pageshow", (event) => { if (event.persisted) isOver = false; });
  addEventListener("pagehide", () => {
    if (isOver || isTorn || isBlocked || (!base && !typed)) return;
    if (typed !== saved) keep();
    post({ base, values: values() }, true).catch(() => {});
  });

  const note = (text, ...buttons) => {
    const bar = document.createElement("div");
    bar.className = "alert alert-warning d-flex gap-2 align-items-center py-2";
    bar.setAttribute("role", "status");
    bar.append(Object.assign(document.createElement("span"), { className: "flex-fill", textContent: text }));
    buttons.forEach(([label, act]) => bar.append(Object.assign(document.createElement("button"), {
      type: "button", className: "btn btn-sm", textContent: label, onclick: () => { bar.remove(); act(); } })));
    form.before(bar);
  };
  const askWhich = (theirs) => {
    isTorn = true;
    show(words.unsaved, true);
    note(words.newer,
      [words.theirs, () => { isOver = true; sessionStorage.removeItem(OURS + key()); location.assign(`${form.getAttribute("action")}?draft=${encodeURIComponent(key())}`); }],
      [words.mine, () => { base = theirs; isTorn = false; typed += 1; soon(0); }]);
  };

  /* what this tab still has: of this form it is put back, of another one it is sent on */
  const put = (entries, only = /^/) => {
    const given = Map.groupBy ? Map.groupBy(entries, ([name]) => name) : entries.reduce((all, entry) => all.set(entry[0], [...(all.get(entry[0]) || []), entry]), new Map());
    drafts.names(form).filter((name) => only.test(name)).forEach((name) => drafts.put(form, name, (given.get(name) || []).map(([, value]) => value)));
  };
  const restore = () => Object.keys(sessionStorage).filter((name) => name.startsWith(OURS)).forEach((name) => {
    const entry = JSON.parse(sessionStorage.getItem(name));
    if (name !== OURS + key()) {
      post({ ...entry, page: `${page}-`, seq: 1 }).then((answer) => { if (answer.ok || answer.status === 409) sessionStorage.removeItem(name); }, () => {});
      return;
    }
    if (JSON.stringify(entry.values) === JSON.stringify(values())) { sessionStorage.removeItem(name); return; }
    if (document.querySelector("form.intake [aria-invalid=true]")) return; // sent and refused: the page has all of it
    put(entry.values);
    typed += 1;
    soon(0);
    note(words.restored);
    const answer = (event) => { // the questions of the category are there again: their answers follow
      if (event.target.id !== "besides") return;
      document.removeEventListener("htmx:afterSettle", answer);
      put(entry.values, /^extra-|^urgency_reason$/);
    };
    document.addEventListener("htmx:afterSettle", answer);
    form.elements.category.dispatchEvent(new Event("change", { bubbles: true }));
  });
  restore();
})();
