/* On a phone the rows of a table stand one below the other: each cell then says which column it was (hotline.css). */
(() => {
  "use strict";
  const name = (root) => root.querySelectorAll("table.list").forEach((table) => {
    if (table.closest("[data-list]") || !table.tHead) return; /* work lists say it themselves, where it helps */
    const said = (head) => head.querySelector(".visually-hidden") ? "" : head.textContent.trim(); /* a button says what it does */
    const heads = [...table.tHead.rows[0].cells].flatMap((head) => Array(head.colSpan).fill(said(head)));
    table.querySelectorAll("tbody tr").forEach((row) => {
      let place = 0;
      [...row.cells].forEach((cell) => {
        if (cell.tagName === "TD" && heads[place] && cell.textContent.trim()) cell.dataset.head = heads[place];
        place += cell.colSpan;
      });
    });
  });
  name(document);
  document.addEventListener("htmx:afterSettle", (event) => name(event.target.parentNode || document));
})();
