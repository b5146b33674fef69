/* Walking without a mouse: rows of a list, tickets of that list one after the other, steps and forms of a ticket. */
(() => {
  "use strict";
  const { acts, words, toast } = window.hotline;
  if (!acts) return;
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const kept = (name) => JSON.parse(sessionStorage.getItem(name) || "null");
  const keep = (name, value) => sessionStorage.setItem(name, JSON.stringify(value));
  const show = (element) => { element.focus({ preventScroll: true }); element.scrollIntoView({ block: "nearest" }); };

  /* rows: the focus itself walks, so that Enter, Tab and screen readers know where one is */
  const rowLinks = () => $$("main table tbody tr").map((row) => row.querySelector("a[href]")).filter(Boolean);
  const current = () => document.activeElement.closest("main table tbody tr");
  const walk = (by) => {
    const links = rowLinks(), at = links.findIndex((link) => link.closest("tr") === current());
    const next = links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)];
    return next ? show(next) : false;
  };
  acts.next_row = () => walk(1);
  acts.previous_row = () => walk(-1);
  acts.open_row = () => {
    const link = current()?.querySelector("a[href]");
    return link ? link.click() : walk(1); // nobody opens by accident what he has not looked at
  };
  acts.select_row = () => {
    const box = current()?.querySelector("input[type=checkbox]");
    return box ? box.click() : false;
  };
  acts.refresh = () => document.dispatchEvent(new Event("hotline:changed"));

  /* the list that a ticket is opened from is remembered for this tab: its address and its tickets in order */
  const TICKET = /^\/tickets\/\d+\//;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("main table tbody a[href]");
    if (!link || !TICKET.test(link.pathname)) return;
    const rows = [...new Set(rowLinks().map((one) => one.pathname).filter((path) => TICKET.test(path)))];
    keep("list", { from: location.pathname + location.search, rows, at: rows.indexOf(link.pathname) });
  });
  const list = kept("list");
  const step = (by) => {
    if (!list) return toast(words.no_list);
    const at = list.rows.findIndex((path) => location.pathname.startsWith(path));
    const next = list.rows[(at < 0 ? list.at - (by > 0) : at) + by];
    if (!next) return toast(by > 0 ? words.last : words.first);
    keep("list", { ...list, at: list.rows.indexOf(next) });
    return location.assign(next);
  };
  acts.next_ticket = () => step(1);
  acts.previous_ticket = () => step(-1);
  acts.back = () => { keep("back", true); location.assign(list ? list.from : "/"); };
  if (kept("back") && !TICKET.test(location.pathname)) {
    sessionStorage.removeItem("back");
    const links = rowLinks(), link = links.find((one) => one.pathname === list?.rows[list.at]) || links[Math.min(list?.at || 0, links.length - 1)];
    if (link) show(link);
  }

  /* a ticket: its steps and the form of one */
  acts.step = (digit) => { const button = $$(".offers a")[digit - 1]; return button ? button.click() : false; };
  acts.enter_form = () => { const field = document.querySelector("#work form :is(input:not([type=hidden]), select, textarea, button)"); return field ? show(field) : false; };
  acts.send = () => {
    const form = document.activeElement.form || document.querySelector("#work form, form.intake");
    const button = form?.getAttribute("method") === "post" && (form.querySelector('[data-key~="ctrl+enter"]') || form.querySelector("button:not([type=button])"));
    return button ? button.click() : false;
  };
  /* a questionnaire that is answered by digits alone: the next question takes the focus, at its answer if it has one */
  const following = (group) => {
    const fields = $$("[type=radio], select, textarea", group[0].form), next = fields[fields.indexOf(group.at(-1)) + 1];
    return next?.type === "radio" ? fields.find((one) => one.name === next.name && one.checked) || next : next;
  };
  acts.choose = (digit) => {
    const field = document.activeElement, n = Number(digit);
    if (field.matches("select")) {
      const option = [...field.options].filter((one) => one.value)[n - 1] || (n ? null : [...field.options].find((one) => !one.value));
      if (!option) return false;
      field.value = option.value;
      return ["input", "change"].forEach((name) => field.dispatchEvent(new Event(name, { bubbles: true })));
    }
    if (!field.matches("[type=radio]")) return false;
    const group = $$(`[type=radio][name="${field.name}"]`, field.form);
    const choice = n ? group.filter((one) => one.value)[n - 1] : group.find((one) => !one.value);
    if (!choice) return false;
    choice.click();
    return show((field.form.dataset.onward !== undefined && following(group)) || choice);
  };
  document.addEventListener("keydown", (event) => { // Enter would open the list of reasons: it sends, as from any other question
    if (event.key !== "Enter" || event.ctrlKey || event.repeat || !event.target.matches("form[data-onward] select")) return;
    event.preventDefault();
    acts.send();
  });
  acts.turn = () => {
    const field = document.getElementById("in-is_confidential");
    field.selectedIndex = (field.selectedIndex + 1) % field.options.length;
    show(field);
  };

  /* Esc leaves the field, then closes the form; js/drafts.js keeps what was typed until the form is opened again */
  acts.content = () => {
    const content = document.getElementById("in-content");
    return content === document.activeElement ? false : show(content);
  };
  acts.leave = () => {
    const field = document.activeElement, form = document.querySelector("#work form");
    if (field.matches("input, select, textarea")) return field.blur();
    if (!form) return false;
    const address = form.getAttribute("action"), opener = document.querySelector(`.offers a[href="${address}"]`);
    if (location.pathname === address) return location.assign(document.querySelector("#work [data-close]").href);
    document.getElementById("work").replaceChildren();
    return opener?.focus();
  };
})();
