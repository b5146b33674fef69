/* The words of the page in the reader's language, for all other scripts. */
(() => {
  "use strict";
  const words = JSON.parse(document.body.dataset.words || "{}");
  const say = (text, values) => text.replace(/%\((\w+)\)[sd]/g, (_, name) => values[name]);
  const span = (seconds) => {
    const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
    if (days) return say(words.days, { days, hours: hours % 24 });
    return hours ? say(words.hours, { hours, minutes: minutes % 60 }) : say(words.minutes, { minutes });
  };
  window.hotline = { words, say, span };
})();
