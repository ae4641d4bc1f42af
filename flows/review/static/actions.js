// The analyst's actions. Each decision is sent with the number of decisions the page knows of. When somebody else has
// decided meanwhile, their decisions are shown, and ours is kept so that it can be sent again.

import { get, post, ApiError } from "./api.js";
import { clock, h, say } from "./dom.js";
import { KINDS, shownText } from "./findings.js";
import { askConsent, isVoice } from "./voices.js";

const POLL = 1000; // milliseconds between two questions whether the copy is checked
const CHECKING = "伏せた写しを作り、もう一度聞いて確かめています…";
const LEFT_OPEN = "記録できなかった行があります。その行を開いて、直すか、Esc でやめてから、もう一度終えてください。";
const TOGETHER = 250; // milliseconds within which presses of a nudging key are one decision

// The analyst goes back to a dialog that is still open.
class Stay extends Error {}

// What becomes of the request's other calls, which were masked before the word was listed.
function reached({ queued, looked, approved }) {
  const told = [
    queued ? `まだ何も決めていない ${queued} 本は伏せ直します。` : "",
    looked ? `決め始めている ${looked} 本では、確認を終えるときに、いつも伏せる語を探します。` : "",
    approved ? `承認済・開示済の ${approved} 本は変わりません。変えるには確認に戻してください。` : "",
  ].join("");
  return told || "この請求に、すでに伏せたほかの通話はありません。";
}

export class Actions {
  constructor(call, player, dialogs, notice) {
    Object.assign(this, { call, player, dialogs, notice });
    this.line = Promise.resolve();
    this.explain = (error) => this.explained(error);
    this.nudged = null;
    this.unrecorded = () => false; // whether a corrected line could not be recorded
  }

  get path() {
    return `/api/calls/${this.call.call_id}`;
  }

  // One after another, so that each is sent with the count that the previous one returned.
  queue(work) {
    const turn = this.line.then(work);
    this.line = turn.catch(() => {});
    return turn;
  }

  // ---- sending ----

  record(decisions) {
    return this.queue(async () => {
      const state = await post(`${this.path}/decisions`, { count: this.call.count, decisions });
      return this.call.take(state);
    });
  }

  // Called by a key or button: asks for what the rules require, shows what others decided.
  async decide(decisions, then = () => {}) {
    this.notice.clear();
    try {
      const added = await this.record(decisions);
      await then(added);
      return true;
    } catch (error) {
      if (error.body?.needs === "reason" || error.body?.needs === "law") return this.withReason(error.body, decisions, then);
      if (error.body?.needs === "consent") return this.withConsent(error.body, decisions, then);
      await this.trouble(error, () => this.decide(decisions, then));
      return false;
    }
  }

  async withReason({ message, needs }, decisions, then) {
    const { kind, items } = decisions[0];
    const added = await this.dialogs.reason({
      title: needs === "law" ? "根拠となる法令" : `${KINDS[kind]}理由`, hint: items.length > 1 ? `${items.length} か所：${message}` : message,
      label: needs === "law" ? "法令の名前と条" : "理由", choices: kind === "keep" || kind === "same" || kind === "party",
      button: "決める", explain: this.explain,
      send: (reason) => this.record(decisions.map((decision) => ({ ...decision, reason: decision.reason || reason }))),
    });
    if (added === null) return false;
    await then(added);
    return true;
  }

  // A third person's voice is kept only with that person's consent, which is recorded with the decision.
  async withConsent({ message }, decisions, then) {
    const added = await askConsent(this.dialogs, {
      hint: message, explain: this.explain,
      send: (consent) => this.record(decisions.map((decision) => ({ ...decision, consent }))),
    });
    if (added === null) return false;
    await then(added);
    return true;
  }

  // ---- errors ----

  async trouble(error, again) {
    if (!(error instanceof ApiError)) throw error;
    const buttons = error.conflict ? [["それでも記録する", again], ["相手の決定のままにする", () => {}]] : [];
    this.notice.show("bad", await this.explained(error), buttons);
    const about = error.body.items?.find((id) => this.call.byId.has(id));
    if (about) this.call.select(about);
  }

  async explained(error) {
    if (error instanceof Stay) return [h("p", {}, error.message)];
    if (!(error instanceof ApiError)) throw error;
    if (!error.conflict) return [h("p", {}, error.message, error.body.reference ? `(番号 ${error.body.reference})` : "")];
    const before = this.call.count;
    const theirs = (error.body.decisions ?? []).filter((decision) => decision.number > before);
    await this.refresh();
    const names = [...new Set(theirs.map((decision) => decision.reviewer))].join("、");
    return [h("p", {}, h("b", {}, `${names || "ほかの人"}が先に決めました。`), "あなたの決定はまだ記録していません。入力は残してあります。"),
      h("ul", { class: "theirs" }, theirs.map((decision) => this.told(decision)))];
  }

  told(decision) {
    const changes = (decision.changes ?? []).map((change) => {
      const finding = this.call.byId.get(change.item_id);
      return h("span", {}, finding ? `${finding.label}「${finding.text}」${clock(finding.start)} ` : "", `${change.from || "(なし)"} → ${change.to || "(なし)"}`);
    });
    return h("li", {}, `${decision.reviewer} ・ ${KINDS[decision.kind] ?? decision.kind} `, changes, decision.reason ? h("q", {}, decision.reason) : null);
  }

  async refresh() {
    this.call.take(await get(`${this.path}/state?wording=${this.call.wording}`));
  }

  // ---- the keys ----

  get one() {
    const { current } = this.call;
    if (!current) say("先に見つけた所を選んでください");
    return current;
  }

  ready() {
    if (!this.call.mayDecide) say("この通話はいま変更できません");
    return this.call.mayDecide ? this.one : null;
  }

  verdict(kind) {
    const finding = this.ready();
    if (!finding) return;
    const word = kind === "mask" ? "伏せます" : "残します";
    const items = kind === "mask" ? this.call.decidedWith(finding.item_id).map((id) => this.call.byId.get(id)) : [];
    return this.meant(items).then((sure) => (sure ? this.decided(kind, finding, word) : false));
  }

  // Masking what is heard now and reads like everyday talk is asked about first.
  async meant(entries) {
    const everyday = entries.filter((one) => one.everyday && one.action !== "mask");
    return !everyday.length || Boolean(await this.dialogs.everyday(everyday, this.explain));
  }

  async insist(entries) {
    if (!(await this.meant(entries))) throw new Stay("聴いてから選び直してください。");
  }

  decided(kind, finding, word) {
    const with_ = this.call.decidedWith(finding.item_id);
    const heard = this.call.heardWith(finding.item_id);
    const items = kind === "keep" ? [...with_, ...heard] : with_;
    const rest = kind === "mask" && heard.length ? [{ kind: "keep", items: heard, reason: "前後と一緒に聴いて、該当なし" }] : [];
    // What was never masked, and turns out to be nothing, opens nothing up: one key, and the record says that somebody listened.
    const nothing = kind === "keep" && items.every((id) => this.call.isCandidate(id));
    const places = items.length > 1 ? `など ${items.length} か所` : "";
    return this.decide([{ kind, items, reason: nothing ? "聴いて、該当なし" : "" }, ...rest], () => {
      const next = this.call.nextOpen();
      say(`${finding.label} ${finding.text} ${places}を${word}。${next ? `未決はあと ${this.call.undecided.length}` : "未決はありません"}`);
    });
  }

  mask() { return this.verdict("mask"); }
  keep() { return this.verdict("keep"); }

  party(party) {
    const finding = this.ready();
    if (!finding || finding.party === party) return;
    return this.decide([{ kind: "party", items: [finding.item_id], party, reason: "" }], () => say(`${this.call.partyNames[party]}の情報にしました`));
  }

  ground(ground) {
    const finding = this.ready();
    if (!finding) return;
    if (finding.action !== "mask") { say("根拠は伏せる所だけに付きます"); return; }
    const now = ground ?? (finding.ground % 3) + 1;
    return this.decide([{ kind: "ground", items: [finding.item_id], ground: now, reason: "" }], () => say(`根拠を${now}号にしました`));
  }

  nudge(kind, seconds) {
    const finding = this.ready();
    if (!finding) return;
    if (this.nudged && (this.nudged.kind !== kind || this.nudged.item !== finding.item_id)) this.pushNudge();
    this.nudged = { kind, item: finding.item_id, seconds: (this.nudged?.seconds ?? 0) + seconds };
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.pushNudge(), TOGETHER);
  }

  pushNudge() {
    clearTimeout(this.waiting);
    const { nudged } = this;
    this.nudged = null;
    const seconds = nudged ? Math.round(nudged.seconds * 1000) / 1000 : 0;
    if (!seconds) return;
    const edge = nudged.kind === "nudge_start" ? "始まり" : "終わり";
    return this.decide([{ kind: nudged.kind, items: [nudged.item], seconds, reason: "" }], () => {
      const finding = this.call.byId.get(nudged.item);
      say(`${edge}を${Math.round(seconds * 1000)}ミリ秒動かしました。${clock(finding.start, 2)}から${clock(finding.end, 2)}`);
    });
  }

  split() {
    const finding = this.ready();
    if (!finding) return;
    const at = Math.round(this.player.position * 1000) / 1000;
    if (at <= finding.start || at >= finding.end) {
      this.notice.show("warn", [h("p", {}, "再生位置を、選んでいる所の内側に置いてから分けてください。")]);
      return;
    }
    return this.decide([{ kind: "split", items: [finding.item_id], at, reason: "" }], () => say("二つに分けました"));
  }

  // ---- same person, same sound ----

  same() {
    const finding = this.ready();
    if (!finding) return;
    if (isVoice(finding)) { say("声は、ほかの所と同じにはできません"); return; }
    const others = this.call.findings.filter((other) => finding.group && !isVoice(other) && other.group === finding.group && other !== finding);
    if (!others.length) { say("同じ音はほかにありません"); return; }
    return this.dialogs.same(finding, others, {
      play: (one) => this.playOne(one), explain: this.explain,
      send: async ({ items, action, party, reason }) => {
        const [first, ...rest] = items;
        if (!first) return [];
        if (action === "mask") await this.insist(items.map((id) => this.call.byId.get(id)));
        const decisions = [{ kind: action, items: [first], party, reason }];
        if (rest.length) decisions.push({ kind: "same", items, reason });
        return this.record(decisions);
      },
    }).then((done) => { if (done) { say("まとめて決めました"); this.call.nextOpen(); } });
  }

  // A list of words that are always masked or always kept; what is undecided here and reads alike is decided with it.
  listWord() {
    const finding = this.ready();
    if (!finding || !finding.text || isVoice(finding)) return;
    return this.dialogs.word(finding, {
      explain: this.explain,
      send: async (given) => {
        if (given.what === "mask") await this.insist([{ ...finding, action: "keep" }]);
        this.reach = reached(await post(`${this.path}/word`, { item_id: finding.item_id, ...given }));
        const open = this.call.findings.filter((one) => this.call.isOpen(one.item_id) && (one === finding || (one.group && one.group === finding.group && !isVoice(one))));
        if (given.what === "gone" || !open.length) return [];
        return this.record([{ kind: given.what, items: open.map((one) => one.item_id), reason: given.reason }]);
      },
    }).then((done) => {
      if (!done) return;
      this.notice.show("good", [h("p", {}, `「${finding.text}」を一覧に記録しました。`), h("p", { class: "small muted" }, this.reach)]);
      this.call.nextOpen();
    });
  }

  async similar() {
    const finding = this.one;
    if (!finding) return;
    try {
      const found = await post(`${this.path}/similar`, { item_id: finding.item_id });
      if (!found.places.length && found.items.every((one) => one.item_id === finding.item_id)) {
        this.notice.show("", [h("p", {}, `「${finding.text || "音だけ"}」と同じ音は、ほかに見つかりませんでした。`)]);
        say("似た音はほかにありません");
        return;
      }
      await this.dialogs.similar(finding, found, {
        play: (one) => this.playOne(one), explain: this.explain,
        send: async ({ places, items }) => {
          if (finding.action === "mask") await this.insist([...places, ...items.map((id) => this.call.byId.get(id))]);
          return this.takeSimilar(finding, places, items);
        },
      });
    } catch (error) {
      await this.trouble(error, () => this.similar());
    }
  }

  takeSimilar(finding, places, items) {
    const { entity_type, party } = finding;
    const ground = finding.ground || 1;
    const decisions = places.map(({ start, end, channels, start_char, end_char }) => ({
      kind: "add", items: [], reason: "似た音", stretch: { start, end, channels, start_char, end_char, entity_type, party, ground },
    }));
    // Only what is masked is alike without a word: what is kept is kept for a reason that a person gives.
    if (items.length && finding.action === "keep") decisions.push({ kind: "keep", items, party });
    else if (items.length) decisions.push({ kind: "same", items: [finding.item_id, ...items], reason: "似た音" });
    return decisions.length ? this.record(decisions) : [];
  }

  async add() {
    const { picked } = this.call;
    if (!picked) { say("先に波形をなぞるか、言葉を選んでください"); return; }
    if (!this.call.mayDecide) { this.ready(); return; }
    const text = picked.start_char === null ? this.textAt(picked) : this.call.slice(picked.start_char, picked.end_char);
    const added = await this.dialogs.add(picked, text, {
      play: (one) => this.playOne(one), explain: this.explain,
      send: ({ stretch, reason }) => this.record([{ kind: "add", items: [], stretch, reason }]),
    });
    if (!added) return;
    this.call.pick(null);
    if (added[0]) {
      this.call.select(added[0]);
      say("伏せる所に加えました。似た音を探しています");
      await this.similar();
    }
  }

  textAt({ start, end, channels }) {
    return this.call.words
      .filter((word) => channels.includes(this.call.segments[word.segment].channel) && (word.start + word.end) / 2 >= start && (word.start + word.end) / 2 < end)
      .map((word) => this.call.slice(word.startChar, word.endChar)).join("");
  }

  // ---- undo ----

  // What is on its way is recorded first: it is what was done last.
  async undo() {
    await this.line;
    const mine = this.call.decisions.findLast((decision) => !decision.undone && decision.reviewer === this.call.me.name
      && !["undo", "confirm", "complete", "approve", "reopen", "found"].includes(decision.kind));
    return this.takeBack(mine, "取り消すものはありません");
  }

  async redo() {
    await this.line;
    const last = this.call.decisions.findLast((decision) => !decision.undone && decision.reviewer === this.call.me.name);
    return this.takeBack(last?.kind === "undo" ? last : null, "やり直すものはありません");
  }

  async takeBack(decision, none) {
    if (!decision || !this.call.mayDecide) { say(none); return; }
    this.notice.clear();
    try {
      await this.queue(async () => {
        this.call.take(await post(`${this.path}/undo`, { count: this.call.count, number: decision.number, reason: "" }));
      });
      const about = decision.items.find((id) => this.call.byId.has(id));
      if (about) this.call.select(about);
      say(decision.kind === "undo" ? "やり直しました" : `${KINDS[decision.kind]}を取り消しました`);
    } catch (error) {
      await this.trouble(error, () => this.undo());
    }
  }

  // ---- completion and approval ----

  async confirm() {
    const finding = this.one;
    if (finding) await this.sign("confirm", { items: [finding.item_id], reason: "" }, "二人目として確認しました");
  }

  // The finished copy is read and heard again first, which takes seconds, of a long call minutes, behind the page.
  async complete() {
    if (this.call.checking) return;
    await this.line;
    if (this.unrecorded()) {
      this.notice.show("bad", [h("p", {}, LEFT_OPEN)]);
      return;
    }
    this.notice.show("", [h("p", {}, CHECKING)]);
    try {
      await this.follow(await this.queue(async () => this.taken(await post(`${this.path}/complete`, { count: this.call.count }))));
    } catch (error) {
      await this.trouble(error, () => this.complete());
    }
  }

  taken(state) {
    this.call.take(state);
    return state;
  }

  // Waits until the copy is checked, whoever began it and even after the page was opened anew, and tells what was found.
  async follow(told) {
    let now = told;
    while (now.checking) {
      const { by, since } = now.checking;
      this.notice.show("", [h("p", {}, CHECKING), h("p", { class: "small muted" },
        `${by}が始めて${clock(Math.max(0, (Date.now() - new Date(since)) / 1000), 0)}。画面を閉じても続きます。終わる前に決め直すと、この確かめは捨てられます。`)]);
      await new Promise((resolve) => { setTimeout(resolve, POLL); });
      now = this.taken(await get(`${this.path}/check`));
    }
    this.ended(now);
  }

  ended(told) {
    if (told.complete) {
      say("確認を終えました");
      this.notice.show("good", [h("p", {}, "確認を終えました。")]);
    }
    const left = (told.found ?? []).map((id) => this.call.byId.get(id)).filter(Boolean);
    if (!left.length) { this.call.select(null); return; }
    const places = left.map((one) => h("li", {}, h("b", {}, shownText(one)), ` ${clock(one.start)} ${one.to_do || one.content}`));
    this.notice.show("warn", [h("p", {}, h("b", {}, `伏せた言葉が残っている所が ${left.length} か所ありました。`), "聴いて決めてから、もう一度終えてください。"),
      h("ul", { class: "theirs" }, places)]);
    this.call.select(left[0].item_id, { play: true });
  }

  async sign(step, body, said) {
    this.notice.clear();
    try {
      const told = await this.queue(async () => {
        const state = await post(`${this.path}/${step}`, { count: this.call.count, ...body });
        this.call.take(state);
        return state;
      });
      say(said);
      this.notice.show("good", [h("p", {}, `${said}。`)]);
      return told;
    } catch (error) {
      await this.trouble(error, () => this.sign(step, body, said));
      return null;
    }
  }

  async approve() {
    await this.line;
    await this.heard.report();
    const done = await this.dialogs.approve({
      explain: this.explain,
      send: (note) => this.queue(async () => {
        this.call.take(await post(`${this.path}/approve`, { count: this.call.count, revision: this.call.revision, note }));
        return true;
      }),
    });
    if (done) this.notice.show("good", [h("p", {}, "承認しました。")]);
  }

  reopen() {
    return this.dialogs.reason({
      title: "確認に戻す", hint: "承認は取り消され、もう一度確認と承認が要ります。", button: "戻す", explain: this.explain,
      send: (reason) => this.queue(async () => { this.call.take(await post(`${this.path}/reopen`, { reason })); return true; }),
    });
  }

  // ---- playing ----

  async playStretch(what = "original") {
    const finding = this.call.current;
    if (finding) await this.playOne(finding, what);
    else await this.play(() => this.player.toggle());
  }

  playOne(one, what = "original") {
    const { start, end } = this.call.byId.get(one.item_id)?.played ?? one;
    return this.play(() => this.player.playStretch(start, end, what));
  }

  async play(work) {
    try {
      await work();
    } catch (error) {
      if (error.name === "NotAllowedError") return; // the browser plays only after a first press of a key
      this.notice.show("bad", [h("p", {}, error.message)]);
    }
  }
}
