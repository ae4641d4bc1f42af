// What was typed and is not accepted yet. It lies in this tab's sessionStorage: on the officer's machine alone, and gone
// with the tab, on signing out, and when another account signs in. Never passwords, never files.

const MARK = "kaiji-kept ";
const SENT = "kaiji-sent ";
const OWNER = "kaiji-kept-by";
const SENT_PAGES = 20; // pages that answered a form, which reloading and going back ask for again

const TYPED = "input:not([type=hidden], [type=password], [type=file], [type=submit], [type=button]), select, textarea";

const isChosen = (one) => one.type === "checkbox" || one.type === "radio";
const valueOf = (one) => (isChosen(one) ? one.checked : one.value);

// The fields of a form that are kept, each with a name of its own.
function fieldsOf(form) {
  const seen = new Map();
  return [...form.querySelectorAll(TYPED)].filter((one) => one.name).map((one) => {
    const name = isChosen(one) ? `${one.name}=${one.value}` : one.name;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    return [`${name} ${seen.get(name)}`, one];
  });
}

// What the server wrote into a field.
function given(one) {
  if (isChosen(one)) return one.defaultChecked;
  if (one.tagName !== "SELECT") return one.defaultValue;
  return ([...one.options].find((option) => option.defaultSelected) ?? one.options[0])?.value;
}

// What a form is for. Several forms that lead to one end say its name themselves.
export const purposeOf = (form) => form.dataset.keep ?? form.getAttribute("action");

function placeOf(form) {
  const step = history.state?.step ?? "";
  const which = form.dataset.place ?? `${form.getAttribute("action")}#${form.id}`;
  return `${MARK}${document.body.dataset.desk} ${location.pathname} ${step} ${which}`;
}

function read(place) {
  const entry = sessionStorage.getItem(place);
  return entry === null ? null : JSON.parse(entry);
}

function write(place, entry) {
  try {
    sessionStorage.setItem(place, JSON.stringify(entry));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // the room for it is full: the page still holds it
  }
}

export function keep(form) {
  const place = placeOf(form);
  const before = read(place)?.fields ?? {};
  const typed = fieldsOf(form).filter(([name, one]) => name in before || valueOf(one) !== given(one));
  if (typed.length) write(place, { purpose: purposeOf(form), fields: Object.fromEntries(typed.map(([name, one]) => [name, valueOf(one)])) });
}

// Writes what was kept into a form again; returns whether it is another than what the server wrote.
export function restore(form) {
  const kept = read(placeOf(form))?.fields;
  if (!kept) return false;
  const changed = fieldsOf(form).filter(([name, one]) => name in kept && kept[name] !== valueOf(one));
  for (const [name, one] of changed) {
    if (isChosen(one)) one.checked = kept[name];
    else one.value = kept[name];
    for (let box = one.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  }
  return changed.length > 0;
}

const entries = (mark) => Object.keys(sessionStorage).filter((place) => place.startsWith(mark));

export const forgetForm = (form) => sessionStorage.removeItem(placeOf(form));

// A text that stands in no form: a line of the call that is being corrected.
const textPlace = (name) => `${MARK}${document.body.dataset.desk} ${location.pathname} text ${name}`;
export const keepText = (name, text) => write(textPlace(name), { text });
export const textKept = (name) => read(textPlace(name))?.text;
export const forgetText = (name) => sessionStorage.removeItem(textPlace(name));

// What was typed for an end that is reached.
export function forget(purpose) {
  for (const place of [...entries(MARK), ...entries(SENT)]) if (read(place).purpose === purpose) sessionStorage.removeItem(place);
}

export function forgetAll() {
  for (const place of [...entries(MARK), ...entries(SENT), OWNER]) sessionStorage.removeItem(place);
}

// Another account's page shows nothing of what the one before typed.
export function belongTo(user) {
  if (!user) return;
  if (![null, user].includes(sessionStorage.getItem(OWNER))) forgetAll();
  sessionStorage.setItem(OWNER, user);
}

// ---- forms that were answered by a page ----

export function keepSent(sent) {
  const numbers = entries(SENT).map((place) => Number(place.slice(SENT.length))).sort((one, other) => one - other);
  for (const number of numbers.slice(0, Math.max(0, numbers.length - SENT_PAGES + 1))) sessionStorage.removeItem(`${SENT}${number}`);
  const number = (numbers.at(-1) ?? 0) + 1;
  write(`${SENT}${number}`, sent);
  return number;
}

export const sentOf = (number) => read(`${SENT}${number}`);
