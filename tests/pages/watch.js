// Put into every page before anything of its own runs: writes down what goes wrong, answers what the examiner asks.
(() => {
  "use strict";
  const refused = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    refused.push(`${event.effectiveDirective} refused ${event.blockedURI} ${event.sample}`.trim());
  });

  const SPOKEN = ["title", "placeholder", "aria-label", "aria-description", "aria-roledescription", "alt", "label", "hx-confirm"];
  const UNSPOKEN = "script, style, template, textarea, noscript, code, [translate=no]";

  const named = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const classes = [...element.classList].slice(0, 2).map((name) => `.${name}`).join("");
    return `<${element.localName}${id}${classes}>`;
  };

  // [[language of the element, text, where]] of all that is read on the page or read out
  const texts = () => {
    const found = [];
    const note = (element, text, where) => {
      if (text.trim() && !element.closest(UNSPOKEN)) {
        found.push([element.closest("[lang]")?.lang.toLowerCase() ?? "", text.trim().replace(/\s+/g, " "), where]);
      }
    };
    note(document.documentElement, document.title, "<title>");
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      note(walker.currentNode.parentElement, walker.currentNode.data, named(walker.currentNode.parentElement));
    }
    for (const element of document.body.querySelectorAll("*")) {
      for (const name of SPOKEN) {
        note(element, element.getAttribute(name) ?? "", `${named(element)} ${name}`);
      }
      if (element.matches("input[type=submit], input[type=button], input[type=reset]")) {
        note(element, element.value, `${named(element)} value`);
      }
    }
    return found;
  };

  // what sticks out of the screen on the right, outermost first
  const wide = () => {
    const root = document.documentElement;
    if (root.scrollWidth <= innerWidth) return [];
    const out = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > innerWidth + 1);
    return out.slice(0, 3).map(named).concat(`${root.scrollWidth} px wide`);
  };

  // --- the keyboard ---------------------------------------------------------------------------------------------

  const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [contenteditable=true]";
  const drawn = (element) => {  // what stands for it on the screen: a hidden tick is drawn by its neighbours
    const box = element.getBoundingClientRect();
    const hidden = box.width <= 2 || box.height <= 2 || getComputedStyle(element).opacity === "0";
    return hidden ? [element.nextElementSibling, element.closest("label"), element].filter(Boolean) : [element];
  };
  const looks = (element) => drawn(element).map((one) => {
    const style = getComputedStyle(one);
    const ring = style.outlineStyle === "none" ? "" : `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`;
    return [ring, style.boxShadow, style.borderColor,
            style.backgroundColor, style.textDecorationLine, style.transform, style.clipPath].join(" ");
  }).join(" | ");
  const group = (element) => element.type === "radio" && element.name
    ? [...document.getElementsByName(element.name)].filter((one) => one.form === element.form) : [element];
  const stops = () => [...document.querySelectorAll(FOCUSABLE)].filter((element) =>
    element.tabIndex >= 0 && !element.disabled && !element.closest("[inert]")
    && element.checkVisibility({visibilityProperty: true})
    && (element.localName !== "summary" || element.parentElement.firstElementChild === element));
  const presses = () => {  // a date has a stop of its own for day, month, year, hour, minute and its calendar
    const all = stops();
    return all.length + 6 * all.filter((element) => /^(date|time|datetime-local|month|week)$/.test(element.type ?? "")).length;
  };
  let begun = new Set();
  const lit = new Map();  // how each stop looked while it had the focus
  document.addEventListener("focusin", (event) => lit.set(event.target, looks(event.target)));

  // --- pieces: what looks the same to a machine that judges markup and style, whatever the words ------------------

  const WORDS = new Set(["href", "src", "action", "value", "datetime", "content", "title", "placeholder", "alt", "hx-get",
                         "hx-post", "hx-vals", "hx-headers", "data-now", "data-due", "data-words", "aria-label", "d"]);
  const shell = (element) => `<${element.localName} ${[...element.attributes].map(({name, value}) =>
    `${name}=${WORDS.has(name) ? Boolean(value) : value.replace(/\d+/g, "0")}`).sort().join(" ")}>`;
  const shape = (node) => node.nodeType === Node.TEXT_NODE ? (node.data.trim() ? "x" : "")
    : node.nodeType === Node.ELEMENT_NODE ? shell(node) + [...node.childNodes].map(shape).join("") + "/" : "";
  const hash = (text) => {
    let a = 0xdeadbeef, b = 0x41c6ce57;
    for (let i = 0; i < text.length; i++) {
      a = Math.imul(a ^ text.charCodeAt(i), 2654435761);
      b = Math.imul(b ^ text.charCodeAt(i), 1597334677);
    }
    return `${a >>> 0}-${b >>> 0}`;
  };
  let pieces = [];
  const cut = (element, path) => {
    if (element.matches("script, style, template")) return [];
    if (element.childElementCount && element.querySelectorAll("*").length > 40) {
      return [...element.children].flatMap((child) => cut(child, path + shell(element)));
    }
    return [[hash(path + shape(element)), element]];
  };

  window.watch = {
    pieces: () => { pieces = cut(document.body, shell(document.documentElement).replace(/lang=\S+/, "")); return pieces.map(([key]) => key); },
    pieceAt: (index) => pieces[index][1],
    doubles: () => {
      const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
      return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
    },
    refused: () => refused.splice(0),
    texts, wide,
    lang: () => document.documentElement.lang.toLowerCase(),
    dark: (on) => {
      document.documentElement.dataset.bsTheme = on ? "dark" : "light";
    },
    paper: () => getComputedStyle(document.body).backgroundColor,
    beginWalk: () => { document.activeElement?.blur(); window.scrollTo(0, 0); lit.clear(); begun = new Set(stops()); return presses(); },
    presses,
    endWalk: () => {
      const visited = [...lit];
      document.activeElement?.blur();  // compared at rest: a focus that changes nothing cannot be seen
      const told = (one) => `${named(one)} ${one.name ?? ""} ${one.textContent.trim().slice(0, 30)}`;
      // what news brought meanwhile, above or below, was not there to be walked through
      const missed = stops().filter((element) => begun.has(element) && !group(element).some((one) => lit.has(one)));
      const unseen = visited.filter(([element, look]) => element.isConnected && element !== document.body && look === looks(element));
      return {missed: missed.map(told), unseen: unseen.map(([one]) => told(one))};
    },
  };
})();
