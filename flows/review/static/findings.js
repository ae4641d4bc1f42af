// The list on the right, and the card of the selected finding.

import { $, clock, h, kbd } from "./dom.js";
import { actOf, consentText, isVoice } from "./voices.js";

export const PARTY_ORDER = ["third_party", "requester", "staff", "company", "unknown"];

export class Findings {
  constructor(call, actions, voices) {
    Object.assign(this, { call, actions, voices });
    this.list = $("list");
    this.card = $("card");
    this.draw();
    call.addEventListener("changed", (event) => this.refresh(event.detail));
    call.addEventListener("selected", () => this.choose());
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("li");
      if (row) call.select(row.dataset.item, { play: true });
    });
    $("order").addEventListener("change", (event) => call.sort(event.target.value));
  }

  // ---- the list ----

  draw() {
    this.rows = new Map();
    this.list.replaceChildren(...this.call.listed.map((id) => this.row(id)));
    if (!this.call.listed.length) this.list.append(h("li", { class: "none muted" }, "伏せる所も迷う所も見つかりませんでした。"));
    this.choose(false);
    this.tally();
  }

  row(id) {
    const finding = this.call.byId.get(id);
    const open = this.call.isOpen(id);
    const party = this.call.partyNames[finding.party];
    const row = h("li", {
      role: "option", id: `row-${id}`, "data-item": id, class: `${finding.party} ${finding.action}${open ? " open" : ""}`,
      "aria-selected": String(id === this.call.rowOf(this.call.selected)),
    },
    h("span", { class: "kind number" }, clock(finding.start, 0)),
    h("span", { class: "what" }, h("b", {}, shownText(finding)), this.times(id), h("span", { class: "kind" }, finding.label)),
    h("span", { class: `chip ${finding.party}` }, party),
    h("span", { class: `act ${finding.action}` }, actOf(finding)),
    this.status(finding, open));
    this.rows.set(id, row);
    return row;
  }

  times(id) {
    const places = this.call.order === "time" ? 1 : this.call.together(id).length;
    return places > 1 ? h("span", { class: "times" }, `${places} か所`) : null;
  }

  status(finding, open) {
    if (open) return h("span", { class: "status open" }, "未決");
    if (this.call.unconfirmed.includes(finding.item_id)) return h("span", { class: "status wait" }, "二人目待ち");
    return h("span", { class: "status" }, finding.decided ? "✓ 決定" : "–");
  }

  refresh({ changed, added, sorted }) {
    const { listed } = this.call;
    const moved = listed.length !== this.rows.size || [...changed, ...listed].some((id) => !this.rows.has(id));
    if (sorted || added.length || moved) {
      const top = this.list.scrollTop;
      this.draw();
      if (!sorted) this.list.scrollTop = top;
    } else {
      for (const id of new Set([...changed].map((one) => this.call.rowOf(one)))) this.rows.get(id).replaceWith(this.row(id));
    }
    this.drawCard();
    this.tally();
  }

  tally() {
    const open = this.call.undecided.length;
    const flagged = this.call.findings.filter((finding) => finding.flagged || finding.decided).length;
    $("progress").textContent = open ? `問い ${this.call.questions} ・ 未決 ${open} / ${this.call.findings.length} か所` : `すべて決定(${this.call.findings.length} か所)`;
    $("progress").title = `要確認だったもの・決めたもの ${flagged}`;
  }

  choose(card = true) {
    for (const old of this.list.querySelectorAll('[aria-selected="true"]')) old.setAttribute("aria-selected", "false");
    const row = this.rows.get(this.call.rowOf(this.call.selected));
    if (row) {
      row.setAttribute("aria-selected", "true");
      this.list.setAttribute("aria-activedescendant", row.id);
      const [box, place] = [this.list.getBoundingClientRect(), row.getBoundingClientRect()];
      if (place.top < box.top || place.bottom > box.bottom) this.list.scrollTop += place.top - box.top - box.height / 3;
    }
    if (card) this.drawCard();
  }

  // ---- the card ----

  drawCard() {
    const finding = this.call.current;
    if (!finding) {
      this.card.replaceChildren(this.empty());
      return;
    }
    const focused = document.activeElement?.closest?.("#card") ? document.activeElement.dataset.do : null;
    this.card.replaceChildren(...this.parts(finding));
    if (focused) this.card.querySelector(`[data-do="${focused}"]`)?.focus();
  }

  empty() {
    const open = this.call.undecided.length;
    return h("div", { class: "nothing" },
      h("p", {}, open ? `未決が ${open} か所あります。` : "未決はありません。"),
      open ? h("button", { class: "main", onclick: () => this.call.nextOpen() }, "最初の未決へ ", kbd("N")) : null,
      h("p", { class: "small muted" }, "波形をなぞるか言葉を選ぶと、見落としを加えられます。"));
  }

  parts(finding) {
    const { call } = this;
    const open = call.isOpen(finding.item_id);
    return [
      h("header", {},
        h("span", { class: `chip ${finding.party}` }, finding.label),
        h("b", { class: "found" }, shownText(finding)),
        open ? h("span", { class: "chip warn" }, "要確認 ・ 未決") : h("span", { class: "chip" }, finding.decided ? "決定済" : "自動")),
      h("p", { class: "small muted number" }, `${clock(finding.start, 2)} – ${clock(finding.end, 2)}(${(finding.end - finding.start).toFixed(2)}秒)`,
        call.channels > 1 ? ` ・ ${finding.channels.map((channel) => ["担当者側", "お客様側"][channel] ?? `ch${channel}`).join("と")}` : "",
        ` ・ 点数 ${finding.score.toFixed(2)}`),
      this.besideRegistered(finding),
      this.why(finding),
      finding.content && finding.to_do ? h("p", { class: "to-do small" }, finding.to_do) : null,
      finding.consent ? h("p", { class: "note small consent" }, consentText(finding.consent)) : null,
      this.overlap(finding),
      this.togetherRow(finding),
      this.actionRow(finding),
      isVoice(finding) ? this.voiceRow() : this.choiceRow("だれの", PARTY_ORDER.map((party, index) => [party, call.partyNames[party], String(index + 1)]), finding.party, "party"),
      finding.action === "mask"
        ? this.choiceRow("根拠", call.grounds.map(([ground]) => [ground, `${ground}号`, ground === 1 ? "G" : null]), finding.ground, "ground") : null,
      this.confirmRow(finding),
      this.edgeRow(finding),
      this.sameRow(finding),
      this.history(finding),
    ].filter(Boolean);
  }

  // What is said above what is registered; what differs is marked and underlined.
  besideRegistered({ comparison, entity_type: type }) {
    if (!comparison) return null;
    const run = ([text, mark]) => (mark === "different" ? h("mark", { class: "differs" }, text) : h("span", { class: mark }, text));
    const value = (runs, reading, before = "") => h("dd", { class: type === "PHONE_NUMBER" ? "number" : "" },
      before ? h("span", { class: "room", "aria-hidden": "true" }, before) : null,
      h("span", { class: "value" }, runs.map(run)),
      reading.length ? h("span", { class: "reading" }, reading.map(run)) : null);
    const [[text, mark]] = comparison.registered;
    // A piece of a number stands below what it is compared with.
    const ahead = type === "PHONE_NUMBER" && mark === "unsaid" ? text : "";
    return h("dl", { class: "beside" },
      h("dt", {}, "通話"), value(comparison.said, comparison.said_reading, ahead),
      h("dt", {}, `登録(${this.call.partyNames[comparison.party]})`), value(comparison.registered, comparison.registered_reading));
  }

  // One sentence about what is said; what found it is folded behind that.
  why({ content, to_do: toDo, reason }) {
    const sentence = content || toDo || "理由の記録なし";
    if (!reason) return h("p", { class: "why" }, sentence);
    return h("details", { class: "why" }, h("summary", { "data-do": "why" }, sentence), h("p", { class: "small" }, `見つけた理由：${reason}`));
  }

  // The other places of the question: each can be heard, and taken out to be decided alone.
  togetherRow(finding) {
    const others = this.call.together(finding.item_id).slice(1).map((id) => this.call.byId.get(id));
    if (!others.length) return null;
    const place = (one) => h("li", {},
      h("label", { class: "choice" },
        h("input", { type: "checkbox", "data-do": `with-${one.item_id}`, checked: this.call.isTicked(one.item_id),
          onchange: (event) => {
            if (one.beside) this.call.joined[event.target.checked ? "add" : "delete"](one.item_id);
            else this.call.apart[event.target.checked ? "delete" : "add"](one.item_id);
            count();
          } }),
        h("span", {}, h("b", {}, shownText(one)), h("span", { class: "small muted number" }, ` ${clock(one.start)}`))),
      h("button", { class: "quiet", "aria-label": `${clock(one.start)} を聴く`, onclick: () => this.actions.playOne(one) }, "▶"));
    const name = h("p", { class: "small" });
    const count = () => {
      const [same, heard] = [this.call.decidedWith(finding.item_id).length - 1, this.call.heardWith(finding.item_id).length];
      name.textContent = [same ? `印の ${same} か所も一緒に決めます。` : "", heard ? `印のない ${heard} か所は、前後に聞こえるだけの所で、残します。` : ""].join("");
    };
    count();
    return h("section", { class: "together", "aria-label": "一緒に決める所" }, name, h("ul", { class: "places" }, others.map(place)));
  }

  overlap(finding) {
    if (finding.action !== "keep" || !finding.overlaps?.length) return null;
    return h("p", { class: "note warn small" }, "重なる「伏せる」があるため、重なった所は伏せられます。");
  }

  actionRow(finding) {
    const one = (action, word, key) => {
      const button = this.button(action, [word, " ", kbd(key)], () => this.actions[action](), `verdict ${action}`);
      button.setAttribute("aria-pressed", String(finding.action === action && !this.call.isOpen(finding.item_id)));
      return button;
    };
    return h("div", { class: "row verdicts", role: "group", "aria-label": "聴いて、伏せるか残すか" },
      this.button("play", ["▶ 前後1秒 ", kbd("Space")], () => this.actions.playStretch("original")),
      this.button("play-masked", ["▶ 伏せた音 ", kbd("P")], () => this.actions.playStretch("masked")),
      one("mask", "伏せる", "F"), one("keep", "残す", "D"));
  }

  voiceRow() {
    return h("div", { class: "row" },
      this.button("voice", ["文字だけ・対面で聞かせる・ほかの人の声 ", kbd("U")], () => this.voices.choose(), "grow"));
  }

  choiceRow(name, choices, now, action) {
    return h("div", { class: "row choices", role: "group", "aria-label": name }, h("span", { class: "name" }, name),
      choices.map(([value, word, key]) => {
        const button = this.button(`${action}-${value}`, [word, key ? kbd(key) : null], () => this.actions[action](value),
          action === "party" ? value : "");
        button.setAttribute("aria-pressed", String(value === now));
        if (action === "ground") button.title = this.call.groundNames[value];
        return button;
      }));
  }

  confirmRow(finding) {
    if (!this.call.unconfirmed.includes(finding.item_id)) return null;
    // The reason stands here, and not in the record alone: it is what the second person confirms.
    const why = this.call.decisions.findLast((one) => !one.undone && one.reason && one.kind !== "confirm"
      && (one.items.includes(finding.item_id) || (one.kind === "add" && Number(finding.item_id.slice(1)) === one.number)));
    return h("div", { class: "note warn small" }, "2号は、決めた人と別の人の確認が要ります。",
      why ? h("p", {}, `${why.reviewer}の理由：`, h("q", {}, why.reason)) : null,
      this.button("confirm", "二人目として確認する", () => this.actions.confirm()));
  }

  edgeRow(finding) {
    const edge = (word, kind, [less, more], moved) => h("span", { class: "edge" }, h("span", { class: "name" }, word),
      this.button(`${kind}-less`, ["−50", kbd(less)], () => this.actions.nudge(kind, -0.05)),
      this.button(`${kind}-more`, ["+50", kbd(more)], () => this.actions.nudge(kind, 0.05)),
      Math.abs(moved) >= 0.0005 ? h("span", { class: "small muted number" }, `${moved > 0 ? "+" : "−"}${Math.abs(moved * 1000).toFixed(0)}ms`) : null);
    const from = finding.original;
    return h("div", { class: "row edges" },
      edge("始まり", "nudge_start", ["Q", "W"], from ? finding.start - from.start : 0),
      edge("終わり", "nudge_end", ["E", "R"], from ? finding.end - from.end : 0));
  }

  sameRow(finding) {
    const same = isVoice(finding) ? [] : this.call.findings.filter((other) => finding.group && !isVoice(other) && other.group === finding.group && other !== finding);
    return h("div", { class: "row" },
      same.length ? this.button("same", [`同じ人 ${same.length + 1} か所 `, kbd("T")], () => this.actions.same(), "grow") : null,
      this.button("similar", ["似た音を探す ", kbd("B")], () => this.actions.similar(), "grow"),
      finding.text && !isVoice(finding) ? this.button("word", ["一覧に加える ", kbd("M")], () => this.actions.listWord(), "grow") : null,
      this.button("split", ["ここで分ける ", kbd("S")], () => this.actions.split(), "grow"));
  }

  history(finding) {
    const made = this.call.decisions.filter((decision) =>
      decision.items.includes(finding.item_id) || decision.changes?.some((change) => change.item_id === finding.item_id));
    if (!made.length) return null;
    const lines = made.slice(-4).reverse().map((decision) => {
      const change = decision.changes?.find((one) => one.item_id === finding.item_id);
      const what = change ? `${change.from || "(なし)"} → ${change.to || "(なし)"}` : KINDS[decision.kind] ?? decision.kind;
      return h("li", { class: decision.undone ? "undone" : "" },
        h("span", { class: "muted" }, `${decision.reviewer} ${new Date(decision.decided_at).toLocaleTimeString("ja-JP", { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit" })}`),
        ` ${what}`, decision.reason ? h("q", {}, decision.reason) : null, decision.consent ? h("q", {}, consentText(decision.consent)) : null);
    });
    return h("details", { class: "history small" }, h("summary", {}, `決定の記録 ${made.length}`), h("ol", {}, lines));
  }

  button(name, content, onclick, classes = "") {
    const disabled = !this.call.mayDecide && !["play", "play-masked", "similar", "confirm"].includes(name);
    return h("button", { "data-do": name, class: classes, onclick, disabled }, content);
  }
}

// What was recognised; of a sound alone what it is like.
export const shownText = ({ text, near }) => text || (near ? `${near}に似た音` : "(音だけ)");

export const KINDS = {
  mask: "伏せる", keep: "残す", party: "だれのかを変える", ground: "根拠を変える", nudge_start: "始まりを動かす", nudge_end: "終わりを動かす",
  split: "分ける", add: "加える", same: "同じ人として決める", confirm: "二人目の確認", undo: "取り消す", complete: "確認を終える",
  approve: "承認", reopen: "差戻し", words: "言葉を直す", speaker: "話者を変える", break: "行を分ける", join: "行をつなぐ",
  read: "読み終えた", found: "終える前の聞き直し", sides: "担当者とお客様を入れ替える", voice_text: "文字だけにする",
  voice_in_person: "対面で聞かせる",
};
