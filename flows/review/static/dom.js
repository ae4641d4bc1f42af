// Creates elements. Text is inserted as text only, so nothing said in a call can become markup.

export const $ = (id) => document.getElementById(id);

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const kbd = (key) => h("kbd", { "aria-hidden": "true" }, key);

export function clock(seconds, digits = 1) {
  // Rounded down, as in letters and transcripts: a second is not over before its end.
  const unit = 10 ** digits;
  const ticks = Math.floor(Math.max(0, seconds) * unit + 1e-6);
  const minutes = Math.floor(ticks / (60 * unit));
  const rest = ((ticks - minutes * 60 * unit) / unit).toFixed(digits);
  return `${minutes}:${rest.padStart(digits ? 3 + digits : 2, "0")}`;
}

export function say(text) {
  const live = $("live");
  live.textContent = "";
  // Makes a screen reader announce the text again even when it is unchanged.
  requestAnimationFrame(() => { live.textContent = text; });
}
