// Every form of every page. It is sent behind the page, which stays with all that was typed until the server has accepted
// it: an error stands beside its field. An answer that is a page of its own is shown under the address of the form's page,
// which lies in the browser's history like any other: going back and reloading show it again.

import { h } from "./dom.js";
import { belongTo, forget, forgetAll, keep, keepSent, purposeOf, restore, sentOf } from "./kept.js";
import { takeFile } from "./upload.js";

const SILENT = "サーバーから返事がありません。書いたものは、このまま残っています。少し待ってから、もう一度送ってください。記録されたかどうかは、ページを開き直すと分かります。";
const RESTORED = "書きかけのものを戻しました。";

let shown = history.state?.sent ?? null; // number of the sent form whose answer is shown

const isOurs = (form) => form.getAttribute("method") === "post" && !form.hasAttribute("data-file");
const token = () => document.querySelector('meta[name="csrf-token"]').content;

// ---- sending ----

const post = (action, body) =>
  fetch(action, { method: "POST", body: new URLSearchParams(body), headers: { "X-Kaiji-Form": "1" }, credentials: "same-origin" });

// Returns whether the page is left.
async function send(form, button) {
  const action = button?.getAttribute("formaction") ?? form.getAttribute("action");
  const body = [...new FormData(form)];
  let answer;
  try {
    answer = await post(action, body);
  } catch {
    tell(form, button, SILENT);
    return false;
  }
  const to = answer.headers.get("X-Kaiji-To");
  if (to) {
    if (action === "/sign-out") forgetAll();
    else forget(purposeOf(form));
    location.assign(to);
    return true;
  }
  if (answer.headers.get("Content-Type")?.startsWith("text/html")) {
    const page = await answer.text();
    if (answer.ok) answered(form, action, body);
    show(page);
    return false;
  }
  const { error, message, fields } = await answer.json().catch(() => ({ message: SILENT }));
  if (error === "signed_out") {
    signInAgain();
    return true;
  }
  tell(form, button, message, fields);
  return false;
}

const signInAgain = () => location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);

// A new place in the history, where the form is asked for its page again. What holds a secret or a file is not kept for that.
function answered(form, action, body) {
  const purpose = purposeOf(form);
  if (!form.dataset.keep) forget(purpose);
  if (form.querySelector("[type=password], [type=file]")) return;
  shown = keepSent({ purpose, action, body: body.filter(([name]) => name !== "csrf") });
  history.pushState({ sent: shown, step: action }, "", location.pathname + location.search);
}

function show(page) {
  const made = new DOMParser().parseFromString(page, "text/html");
  document.title = made.title;
  document.querySelector('meta[name="csrf-token"]').content = made.querySelector('meta[name="csrf-token"]').content;
  for (const sheet of made.querySelectorAll('link[rel="stylesheet"]')) {
    if (!document.querySelector(`link[href="${sheet.getAttribute("href")}"]`)) document.head.append(sheet);
  }
  document.body.className = made.body.className;
  document.body.replaceChildren(...made.body.childNodes);
  restoreAll();
  scrollTo(0, 0);
  document.querySelector("[autofocus]")?.focus();
}

// ---- errors ----

// Says what is wrong beside the field that it concerns, or beside the only one, or beside the button.
function tell(form, button, message, names = []) {
  const typed = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];
  const field = typed.find((one) => names.includes(one.name)) ?? (typed.length === 1 ? typed[0] : null);
  untell(form);
  const note = h("p", { class: "refused", role: "alert", id: "refused" }, message);
  (field?.closest("label, .field, fieldset") ?? field ?? button ?? form.lastElementChild).after(note);
  field?.setAttribute("aria-invalid", "true");
  field?.setAttribute("aria-describedby", note.id);
  (field ?? button)?.focus();
}

function untell(form) {
  for (const note of document.querySelectorAll(".refused")) note.remove();
  for (const field of form.querySelectorAll("[aria-describedby=refused]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

// ---- what was typed ----

function restoreAll() {
  for (const form of document.querySelectorAll("form")) {
    if (!isOurs(form) || !restore(form)) continue;
    form.prepend(h("p", { class: "restored small muted", role: "status" }, RESTORED, " ",
      h("button", { type: "button", class: "quiet", onclick: () => { form.reset(); keepNothing(form); } }, "元に戻す")));
  }
}

function keepNothing(form) {
  forget(purposeOf(form));
  form.querySelector(".restored").remove();
}

for (const name of ["input", "change"]) {
  document.addEventListener(name, ({ target }) => { if (target.form && isOurs(target.form)) keep(target.form); });
}

// What is typed while a form is on its way would be lost with its page.
function markSending(form, on) {
  form.toggleAttribute("data-sending", on);
  for (const field of form.querySelectorAll("input, textarea")) {
    if (on && !field.readOnly) field.readOnly = field.dataset.waits = true;
    if (!on && field.dataset.waits) {
      field.readOnly = false;
      delete field.dataset.waits;
    }
  }
}

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !isOurs(form)) return;
  event.preventDefault();
  if (form.hasAttribute("data-sending")) return;
  markSending(form, true);
  keep(form);
  const ready = !form.hasAttribute("data-upload") || (await takeFile(form));
  if (!ready || !(await send(form, submitter))) markSending(form, false);
});

addEventListener("pageshow", ({ persisted }) => {
  if (persisted) for (const form of document.querySelectorAll("form[data-sending]")) markSending(form, false);
});

// ---- the history ----

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("a.skip")) return;
  event.preventDefault(); // an address with # would be a place of its own in the history
  const content = document.getElementById("content");
  content.tabIndex = -1;
  content.focus();
});

addEventListener("popstate", () => { if ((history.state?.sent ?? null) !== shown) location.reload(); });

async function showAgain({ action, body }) {
  const answer = await post(action, [...body, ["csrf", token()]]).catch(() => null);
  if (answer?.headers.get("Content-Type")?.startsWith("text/html")) show(await answer.text());
  else if (answer?.status === 401) signInAgain();
}

belongTo(document.body.dataset.user);
restoreAll();
const sent = shown === null ? null : sentOf(shown);
if (sent) showAgain(sent);
