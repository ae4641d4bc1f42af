// A third person's voice: it is masked, kept with that person's consent, given as text only, heard in person, or said to
// be somebody else's voice. The rules ask for what each of them needs.

import { clock, h, kbd, say } from "./dom.js";
import { keep } from "./kept.js";

const TODAY = () => new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Tokyo" });
const HOW = ["電話で確かめた", "書面で同意を得た", "本人が窓口で述べた"];

export const isVoice = (finding) => finding?.entity_type === "THIRD_VOICE";

// What is done with a finding, in a word.
export function actOf(finding) {
  if (finding.action !== "mask") return finding.consent ? "同意で残す" : "残す";
  return { text: "文字だけ", in_person: "対面で" }[finding.remains] ?? "伏せる";
}

export const consentText = ({ by, on, how }) => `同意した人 ${by} ・ ${on} ・ ${how}`;

// Enter confirms here as everywhere; Shift+Enter begins a new line.
function confirming(field) {
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); field.form.requestSubmit(); }
  });
  return field;
}

// Who consented, when and how: all three are recorded with the decision, and the approver reads them.
export function askConsent(dialogs, { hint, send, explain }) {
  const how = confirming(h("textarea", { name: "how", rows: 2, maxlength: 500, required: true, "aria-label": "どのように" }));
  const quick = h("div", { class: "quick", role: "group", "aria-label": "よくあるもの" }, HOW.map((word) =>
    h("button", { type: "button", onclick: () => { how.value = word; keep(how.form); how.focus(); } }, word)));
  const body = [
    h("p", { class: "muted" }, hint),
    h("label", { class: "field" }, "だれが", h("input", { name: "by", maxlength: 500, required: true, autofocus: true })),
    h("label", { class: "field" }, "いつ", h("input", { name: "on", type: "date", required: true, value: TODAY(), max: TODAY() })),
    h("label", {}, "どのように", how), quick,
  ];
  return dialogs.ask({
    title: "第三の話者の同意", body, button: "同意を記録して残す", explain,
    send: (form) => send({ by: form.get("by").trim(), on: form.get("on"), how: form.get("how").trim() }),
  });
}

export class Voices {
  constructor(call, actions, words) {
    Object.assign(this, { call, actions, words });
  }

  // The ways besides masking (F) and keeping with consent (D).
  async choose() {
    const finding = this.actions.ready();
    if (!finding) return;
    if (!isVoice(finding)) { say("第三の話者の声ではありません"); return; }
    const items = this.call.decidedWith(finding.item_id);
    const choice = (value, word, note, checked = false) => h("label", { class: "choice" },
      h("input", { type: "radio", name: "what", value, checked, autofocus: checked }), h("span", {}, h("b", {}, word), h("span", { class: "small muted" }, ` ${note}`)));
    const body = [
      h("fieldset", {}, h("legend", {}, items.length > 1 ? `${items.length} か所の声を` : "この声を"),
        choice("voice_text", "文字だけにする", "声は伏せ、言葉は文字で出す。中の氏名などはいつものとおり伏せる", finding.remains !== "in_person"),
        choice("voice_in_person", "対面で聞かせる", "渡すものからは伏せ、対面の聴取でだけ聞かせる", finding.remains === "in_person"),
        choice("requester", "お客様の声だった", "第三の話者ではない。声も言葉も残す"),
        choice("staff", "担当者の声だった", "第三の話者ではない。声も言葉も残す")),
      h("label", {}, "理由", confirming(h("textarea", { name: "reason", rows: 2, maxlength: 500, required: true, "aria-label": "理由" }))),
    ];
    const what = await this.actions.dialogs.ask({
      title: `第三の話者の声 ${clock(finding.start, 0)}`, body, button: "決める", explain: this.actions.explain,
      send: async (form) => {
        const reason = form.get("reason").trim();
        const party = ["requester", "staff"].includes(form.get("what")) ? form.get("what") : null;
        await this.actions.record([party ? { kind: "keep", items, party, reason } : { kind: form.get("what"), items, reason }]);
        return form.get("what");
      },
    });
    if (what === null) return;
    await this.renamed(items, { requester: "cu", staff: "op" }[what]);
    this.call.nextOpen();
    say(`決めました。${this.call.undecided.length ? `未決はあと ${this.call.undecided.length}` : "未決はありません"}`);
  }

  // Lines that turned out to be somebody else's say so.
  async renamed(items, speaker) {
    if (!speaker) return;
    for (const finding of items.map((id) => this.call.byId.get(id)).filter(Boolean)) {
      const mine = ({ start_char, end_char, speaker: who }) => who === "third" && start_char < finding.end_char && finding.start_char < end_char;
      for (let line = this.call.segments.find(mine); line; line = this.call.segments.find(mine)) {
        const { start_char } = line;
        if (!(await this.words.record(() => ({ kind: "speaker", start_char, speaker }), "話者も変えました"))) return;
      }
    }
  }
}
