/* A list of ticks is one stop of the Tab key: arrows walk in it, letters lead to the code that begins with them. */
(() => {
  "use strict";
  const { acts } = window.hotline;
  if (!acts) return;
  const boxes = (field) => [...(field.closest(".ticks")?.querySelectorAll("input") || [])];
  const stop = (all, box) => all.forEach((one) => { one.tabIndex = one === box ? 0 : -1; });
  const gather = (root) => root.querySelectorAll(".ticks").forEach((list) => {
    const all = [...list.querySelectorAll("input")];
    stop(all, all.find((box) => box.checked) || all[0]);
  });
  const go = (all, box) => { stop(all, box); box.focus(); };
  acts.walk_ticks = (key) => {
    const all = boxes(document.activeElement), at = all.indexOf(document.activeElement), last = all.length - 1;
    if (at < 0) return false;
    return go(all, all[{ arrowup: Math.max(at - 1, 0), arrowdown: Math.min(at + 1, last), home: 0, end: last }[key]]);
  };
  let typed = "", timer = 0;
  document.addEventListener("keydown", (event) => {
    const all = event.target.closest?.(".ticks") ? boxes(event.target) : [];
    if (!all.length || event.ctrlKey || event.altKey || event.metaKey || !/^[\w-]$/.test(event.key)) return;
    clearTimeout(timer);
    timer = setTimeout(() => { typed = ""; }, 1500);
    typed += event.key.toLowerCase();
    const box = all.find((one) => one.value.toLowerCase().startsWith(typed));
    if (box) go(all, box);
    event.preventDefault();
  });
  gather(document);
  document.addEventListener("htmx:afterSettle", (event) => gather(event.target));
})();
