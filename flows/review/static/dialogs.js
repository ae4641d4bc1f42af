// Dialogs. A dialog stays open with everything that was typed until the server has accepted it; where the page is left
// before, the same dialog opens with it again.

import { $, clock, h, kbd } from "./dom.js";
import { PARTY_ORDER } from "./findings.js";
import { forgetForm, keep, restore } from "./kept.js";
import { consentText } from "./voices.js";

const REASONS = ["本人の情報", "個人を指さない一般の言葉", "自社・担当者の情報", "公表されている情報", "聞き違いで、該当なし"];

export class Dialogs {
  constructor(call) {
    this.call = call;
  }

  get open() {
    return document.querySelector("dialog[open]") !== null;
  }

  // Asks until ``send`` succeeds; resolves to its answer, or to null when the analyst cancels.
  ask({ title, body, button = "決める", cancel = "やめる", first = null, send, explain }) {
    return new Promise((resolve) => {
      const problem = h("div", { class: "note bad", role: "alert", hidden: true });
      const submit = h("button", { class: first ? "" : "main", value: "send" }, button);
      // What is better done first, instead of sending.
      const instead = first && h("button", { type: "button", class: "main", autofocus: true, onclick: () => { finish(null); first[1](); } }, first[0]);
      const form = h("form", { method: "dialog" },
        h("h2", {}, title), body, problem,
        h("div", { class: "ends" }, h("button", { type: "button", onclick: () => finish(null) }, cancel, " ", kbd("Esc")), submit, instead || ""));
      const dialog = h("dialog", { "aria-label": title }, form);
      form.dataset.place = `dialog ${form.textContent}`;
      const finish = (answer) => { forgetForm(form); dialog.close(); dialog.remove(); resolve(answer); };
      dialog.addEventListener("cancel", (event) => { event.preventDefault(); finish(null); });
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (submit.disabled) return; // a second Enter while the first is being sent
        submit.disabled = true;
        try {
          finish(await send(new FormData(form)));
        } catch (error) {
          problem.replaceChildren(...(await explain(error)));
          problem.hidden = false;
          submit.disabled = false;
          problem.scrollIntoView({ block: "nearest" });
        }
      });
      form.addEventListener("keydown", (event) => this.key(event, form));
      for (const name of ["input", "change"]) form.addEventListener(name, () => keep(form));
      restore(form);
      $("dialogs").append(dialog);
      dialog.showModal();
      (form.querySelector("[autofocus]") ?? submit).focus();
    });
  }

  // The same keys in every dialog: Enter sends and Shift+Enter adds a line; a digit says whose it is, as on the page; Alt and
  // a digit takes what is offered, as beside a line.
  key(event, form) {
    if (event.isComposing) return;
    const { target } = event;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (event.key === "Enter" && !event.shiftKey && !target.matches("button")) form.requestSubmit();
    else if (digit && event.altKey) form.querySelectorAll("[data-offer]")[digit[1] - 1]?.click();
    else if (digit && !target.matches("textarea")) form.querySelector(`[name="party"][value="${PARTY_ORDER[digit[1] - 1]}"]`)?.click();
    else return;
    event.preventDefault();
  }

  // ---- reasons ----

  reason({ title, hint, button, label = "理由", choices = false, send, explain }) {
    const field = h("textarea", { name: "reason", rows: 2, required: true, maxlength: 500, autofocus: true, "aria-label": label });
    const quick = choices ? h("div", { class: "quick", role: "group", "aria-label": "よくある理由" }, REASONS.map((reason, index) =>
      h("button", { type: "button", "data-offer": "", onclick: () => { field.value = reason; keep(field.form); field.focus(); } }, kbd(`Alt+${index + 1}`), reason))) : null;
    const body = [hint ? h("p", { class: "muted" }, hint) : null, quick, h("label", {}, label, field)].filter(Boolean);
    return this.ask({ title, body, button, explain, send: (form) => send(form.get("reason").trim()) });
  }

  // ---- several at once ----

  places(entries, play, name = "place") {
    return h("ul", { class: "places" }, entries.map((entry, index) => h("li", {},
      h("label", { class: "choice" }, h("input", { type: "checkbox", name, value: String(index), checked: entry.checked !== false }),
        h("span", {}, h("b", {}, entry.text || "(音だけ)"), h("span", { class: "small muted number" }, ` ${clock(entry.start)} ${entry.note ?? ""}`))),
      h("button", { type: "button", class: "quiet", "aria-label": `${clock(entry.start)} を聴く`, onclick: () => play(entry) }, "▶"))));
  }

  partyField(now) {
    return h("fieldset", {}, h("legend", {}, "だれの"), h("div", { class: "quick" }, PARTY_ORDER.map((party, index) =>
      h("label", { class: "choice" }, h("input", { type: "radio", name: "party", value: party, checked: party === now }), this.call.partyNames[party], " ", kbd(String(index + 1))))));
  }

  same(finding, others, { play, send, explain }) {
    const entries = [finding, ...others].map((one) => ({ ...one, note: `${this.call.partyNames[one.party]} ・ ${one.action === "mask" ? "伏せる" : "残す"}` }));
    const action = (value, word) => h("label", { class: "choice" },
      h("input", { type: "radio", name: "action", value, checked: value === finding.action, autofocus: value === finding.action }), word);
    const body = [
      this.places(entries, play, "item"),
      h("fieldset", {}, h("legend", {}, "どうする"), h("div", { class: "quick" }, action("mask", "伏せる"), action("keep", "残す(出す)"))),
      this.partyField(finding.party),
      h("label", {}, "理由(残すときに要ることがあります)", h("textarea", { name: "reason", rows: 2, maxlength: 500 })),
    ];
    return this.ask({
      title: `「${finding.text || "音だけ"}」と同じ音 ${entries.length} か所`, body, button: "まとめて決める", explain,
      send: (form) => send({
        items: form.getAll("item").map((index) => entries[Number(index)].item_id), action: form.get("action"),
        party: form.get("party"), reason: form.get("reason").trim(),
      }),
    });
  }

  // Masking what reads like everyday talk is rarely meant; resolves to true or to null.
  everyday(entries, explain) {
    const words = [...new Set(entries.map((one) => `「${one.text}」`))].join("、");
    return this.ask({
      title: "ふだんの言葉に読めます", button: "伏せる", explain, send: () => true,
      body: h("p", {}, `${words} は、名前などではなく、ふだんの言葉に読めます。聴いて確かめましたか。`),
    });
  }

  similar(finding, found, { play, send, explain }) {
    const likely = (entry) => ({ ...entry, note: `似ている度合い ${Math.round(entry.likeness * 100)}%`, checked: entry.likely === true });
    const places = found.places.map(likely);
    const items = found.items.filter((one) => one.item_id !== finding.item_id && this.call.byId.has(one.item_id))
      .map((one) => ({ ...this.call.byId.get(one.item_id), ...likely(one), checked: false }));
    const body = [
      h("p", { class: "muted" }, `同じ扱い(${this.call.partyNames[finding.party]} ・ ${finding.action === "mask" ? "伏せる" : "残す"})にする所を選びます。`),
      places.length ? h("section", {}, h("h3", { class: "small" }, "まだ見つけた所に入っていないもの"), this.places(places, play)) : null,
      items.length ? h("section", {}, h("h3", { class: "small" }, "すでに見つけた所"), this.places(items, play, "item")) : null,
    ].filter(Boolean);
    return this.ask({
      title: `「${finding.text || "音だけ"}」に似た音 ${places.length + items.length} か所`, body, button: "選んだ所も同じにする", cancel: "このまま", explain,
      send: (form) => send({
        places: form.getAll("place").map((index) => places[Number(index)]),
        items: form.getAll("item").map((index) => items[Number(index)].item_id),
      }),
    });
  }

  // ---- lists of words ----

  word(finding, { send, explain }) {
    const choice = (name, value, word, checked = false, disabled = false) => h("label", { class: "choice" },
      h("input", { type: "radio", name, value, checked, disabled, autofocus: checked && name === "what" }), word);
    const body = [
      h("p", {}, "綴りか読みの同じ所すべてに効きます。この通話では、いま未決のものが決まり、確認を終えるときに、まだ伏せていない所を探します。この請求のほかの通話は、まだ何も決めていなければ伏せ直し、承認済なら変わりません。"),
      h("fieldset", {}, h("legend", {}, "どうする"), h("div", { class: "quick" },
        choice("what", "mask", "いつも伏せる", finding.action === "mask"), choice("what", "keep", "いつも残す", finding.action !== "mask"),
        choice("what", "gone", "一覧から外す"))),
      h("fieldset", {}, h("legend", {}, "どこで"), h("div", { class: "quick" },
        choice("scope", "request", "この請求だけ", true), choice("scope", "company", "会社全体(承認者)", false, !this.call.me.can.approve))),
      h("label", {}, "理由", h("textarea", { name: "reason", rows: 2, maxlength: 500, required: true })),
    ];
    return this.ask({
      title: `「${finding.text}」を一覧に加える`, body, button: "加える", explain,
      send: (form) => send({ what: form.get("what"), scope: form.get("scope"), reason: form.get("reason").trim() }),
    });
  }

  // ---- adding a missed stretch ----

  add(stretch, text, { play, send, explain }) {
    const { call } = this;
    const types = h("fieldset", {}, h("legend", {}, "種類"), h("div", { class: "quick" }, call.entity_types.map(([value, word], index) =>
      h("label", { class: "choice" }, h("input", { type: "radio", name: "entity_type", value, checked: index === 0, autofocus: index === 0 }), word))));
    const grounds = h("fieldset", {}, h("legend", {}, "根拠(33条2項)"), call.grounds.map(([value, word]) =>
      h("label", { class: "choice" }, h("input", { type: "radio", name: "ground", value: String(value), checked: value === 1 }), word)));
    const reason = h("textarea", { name: "reason", rows: 2, maxlength: 500 });
    // Whoever chooses 2号 or 3号 writes why then, so that a second person has it before them.
    const asks = () => { reason.required = Number(grounds.querySelector(":checked").value) > 1; };
    grounds.addEventListener("change", asks);
    types.addEventListener("change", (event) => {
      grounds.querySelector(`[value="${event.target.value === "CONFIDENTIAL" ? 2 : 1}"]`).checked = true;
      asks();
    });
    const body = [
      h("p", {}, h("b", {}, text || "(音だけ)"), h("span", { class: "number muted" }, ` ${clock(stretch.start, 2)} – ${clock(stretch.end, 2)} `),
        h("button", { type: "button", onclick: () => play(stretch) }, "▶ 聴く")),
      types, this.partyField("third_party"), grounds,
      call.channels > 1 ? h("label", { class: "choice" },
        h("input", { type: "checkbox", name: "both", checked: stretch.channels.length > 1 }), "両方のチャンネルで伏せる") : null,
      h("label", {}, "理由(2号・3号のときは必ず)", reason),
    ].filter(Boolean);
    return this.ask({
      title: "見落としを加える", body, button: "加える", explain,
      send: (form) => send({
        stretch: {
          start: stretch.start, end: stretch.end,
          channels: form.get("both") ? [...Array(call.channels).keys()] : stretch.channels.slice(0, call.channels > 1 ? 1 : undefined),
          start_char: stretch.start_char, end_char: stretch.end_char,
          entity_type: form.get("entity_type"), party: form.get("party"), ground: Number(form.get("ground")),
        },
        reason: form.get("reason").trim(),
      }),
    });
  }

  // ---- approval, help ----

  approve({ send, explain }) {
    const masked = this.call.masked;
    const count = new Map();
    for (const finding of masked) {
      const name = `${finding.label} ・ ${finding.ground}号`;
      count.set(name, (count.get(name) ?? 0) + 1);
    }
    const body = [
      h("p", {}, `伏せる ${masked.length} か所、残す ${this.call.findings.length - masked.length} か所。`),
      h("p", {}, this.call.sound_only ? "渡すのは音声だけです。" : this.call.read_at ? "文字起こしは校正済みです。" : "文字起こしは未校正です。渡す写しに「機械による文字起こし（未校正）」と入ります。"),
      h("ul", { class: "places" }, [...count].sort().map(([name, number]) => h("li", {}, `${name} `, h("b", { class: "number" }, String(number))))),
      this.listeners(),
      this.consents(),
      h("label", {}, "覚え書き(任意)", h("textarea", { name: "note", rows: 2, maxlength: 500, autofocus: true })),
    ].filter(Boolean);
    return this.ask({ title: "この写しを承認する", body, button: this.call.listeners.length ? "承認する" : "聴かずに承認する", explain, send: (form) => send(form.get("note").trim()) });
  }

  // Whoever approves sees who has listened how long; that nobody has is a question.
  listeners() {
    const { listeners, seconds } = this.call;
    if (!listeners.length) {
      return h("p", { class: "note warn" }, `この通話（${clock(seconds, 0)}）は、まだだれも、元の音も伏せた音も聴いていません。聴かずに承認しますか。`);
    }
    return h("div", {}, h("p", {}, `聴いた人（通話は ${clock(seconds, 0)}）`), h("ul", { class: "places" }, listeners.map(({ name, original, masked }) =>
      h("li", {}, h("span", {}, h("b", {}, name), ` 元の音 ${clock(original, 0)}、伏せた音 ${clock(masked, 0)}`)))));
  }

  // Whoever approves sees by whose consent a third person's voice stays.
  consents() {
    const kept = this.call.findings.filter((finding) => finding.consent);
    if (!kept.length) return null;
    return h("div", { class: "note warn" }, h("p", {}, `第三の話者の声を、同意により残します(${kept.length} か所)。`),
      h("ul", { class: "places" }, kept.map((finding) => h("li", {}, h("span", { class: "number" }, clock(finding.start)), ` ${consentText(finding.consent)}`))));
  }

  help(keys) {
    const rows = keys.filter(({ word }) => word).map(({ shown, word }) => h("div", {}, h("dt", {}, shown.map((key) => kbd(key))), h("dd", {}, word)));
    const dialog = h("dialog", { "aria-label": "キー操作" }, h("div", { class: "inside" }, h("h2", {}, "キー操作"),
      h("dl", { class: "keys" }, rows),
      h("div", { class: "ends" }, h("button", { class: "main", autofocus: true, onclick: () => dialog.close() }, "閉じる ", kbd("Esc")))));
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("keydown", (event) => { if (event.key === "?") { event.preventDefault(); dialog.close(); } });
    $("dialogs").append(dialog);
    dialog.showModal();
  }
}
