/* Two people in one form: the fields that I did not touch take the new values of the server, those that I typed keep mine,
   and where both changed the other value is offered beside the field. */
(() => {
  "use strict";
  const { drafts, line, say } = window.hotline;
  if (!drafts) return;
  const shown = (form, name, values) => values.map((value) => {
    const part = drafts.parts(form, name).find((one) => one.value === value || one.options);
    const option = part && part.options && [...part.options].find((one) => one.value === value);
    return option ? option.textContent.trim() : part && part.labels && part.type !== "text" && part.labels[0] && /box|radio/.test(part.type) ? part.labels[0].textContent.trim() : value;
  }).filter(Boolean).join(", ") || line.words.empty;

  const renew = (old, fresh, name) => { /* the server's values become those that "untouched" is measured by */
    const source = drafts.parts(fresh, name);
    drafts.parts(old, name).forEach((part, index) => {
      if (!source[index]) return;
      if (part.options) {
        const mine = drafts.now(old, name);
        part.innerHTML = source[index].innerHTML;
        drafts.put(old, name, mine);
      } else if (/checkbox|radio/.test(part.type)) part.defaultChecked = source[index].defaultChecked;
      else part.defaultValue = source[index].defaultValue;
    });
  };
  const offer = (form, name, theirs) => {
    const last = drafts.parts(form, name).at(-1), hint = document.createElement("div"), button = document.createElement("button");
    hint.className = "form-hint";
    hint.dataset.meanwhile = name;
    hint.setAttribute("role", "status");
    hint.append(say(line.words.meanwhile, { value: shown(form, name, theirs) }), " ", button);
    Object.assign(button, { type: "button", className: "btn btn-sm", textContent: line.words.take,
      onclick: () => { drafts.put(form, name, theirs); hint.remove(); last.focus(); last.dispatchEvent(new Event("input", { bubbles: true })); } });
    (last.closest("fieldset, label") || last).after(hint);
  };
  const merge = (form, fresh) => {
    drafts.names(form).forEach((name) => {
      const mine = drafts.now(form, name), base = drafts.given(form, name), theirs = drafts.given(fresh, name);
      form.querySelectorAll(`[data-meanwhile="${name}"]`).forEach((hint) => hint.remove());
      renew(form, fresh, name);
      if (drafts.same(mine, base)) drafts.put(form, name, theirs);
      else {
        drafts.put(form, name, mine);
        if (!drafts.same(theirs, base) && !drafts.same(theirs, mine)) offer(form, name, theirs);
      }
    });
    form.elements.version.value = fresh.elements.version.value;
    drafts.keep(form);
  };
  const over = (form) => { /* the step is gone: what was typed stays, to copy */
    const typed = drafts.names(form).filter((name) => drafts.isTouched(form, name)).map((name) => shown(form, name, drafts.now(form, name)));
    const bar = Object.assign(document.createElement("div"), { className: "alert alert-warning", textContent: line.words.over });
    bar.setAttribute("role", "alert");
    const boxes = typed.map((text) => Object.assign(document.createElement("textarea"), { className: "copy", readOnly: true, rows: 3, value: text, ariaLabel: line.words.over }));
    form.replaceWith(...(typed.length ? [bar, ...boxes] : [bar]));
  };

  /* `fresh` is #work of the page as it is now. While an input method composes, its field must not be touched. */
  let composing = false, waiting = null;
  const take = (fresh) => {
    const form = drafts.open(), next = fresh && fresh.querySelector("form[action*='/do/']");
    if (!form) return;
    if (composing) { waiting = fresh; return; }
    if (!next) over(form);
    else if (drafts.same(drafts.names(form), drafts.names(next))) merge(form, next);
    else { /* another set of fields: the new form, with what was typed into those that are still there */
      const typed = drafts.names(form).filter((name) => drafts.isTouched(form, name)).map((name) => [name, drafts.now(form, name)]);
      form.replaceWith(next);
      typed.forEach(([name, values]) => drafts.put(next, name, values));
      window.htmx.process(next);
    }
  };
  document.addEventListener("compositionstart", () => { composing = true; });
  document.addEventListener("compositionend", () => { composing = false; if (waiting) setTimeout(() => { take(waiting); waiting = null; }); });
  window.hotline.merge = take;
})();
