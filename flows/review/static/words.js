// Correcting the text from the keyboard: a run of words in its line, the line's speaker, where a line begins, and saying
// that it was read through. Tab moves on at once and records behind (behind.js); Enter waits, with what was typed in its field.

import { get, post } from "./api.js";
import { Behind, Changed } from "./behind.js";
import { h, kbd, say } from "./dom.js";
import { forgetText, keepText, textKept } from "./kept.js";
import { SPEAKERS } from "./transcript.js";
import { isVoice } from "./voices.js";

const BEFORE = 0.25; // seconds played before the word at the caret and after the run
const NAMED_CHARS = 10; // of a line, by which a message names it
const NEXT_SPEAKER = { op: "cu", cu: "", "": "op", third: "op" };

export class Words {
  constructor(call, actions, transcript) {
    Object.assign(this, { call, actions, transcript, player: actions.player });
    this.editing = null;
    this.behind = new Behind(this);
    transcript.addEventListener("speaker", ({ detail }) => this.speaker(detail.line, detail.third));
  }

  // ---- sending ----

  send(correction) {
    const { actions, call } = this;
    return actions.queue(async () => {
      const body = { count: call.count, start_char: 0, end_char: 0, text: "", speaker: "", ...correction() };
      return call.take(await post(`${actions.path}/text`, body));
    });
  }

  async record(correction, said, again = () => this.record(correction, said)) {
    if (!this.call.mayDecide) { this.actions.ready(); return false; }
    this.actions.notice.clear();
    try {
      this.tellFound(await this.send(correction), said);
      return true;
    } catch (error) {
      if (error instanceof Changed) this.actions.notice.show("bad", [h("p", {}, error.message)]);
      else await this.actions.trouble(error, again);
      return false;
    }
  }

  // New words may be somebody's name, and a line a third person's: what was found of them is shown at once.
  // Whoever is in another line already stays there.
  tellFound(added, said, { stay = false } = {}) {
    const open = added.filter((id) => this.call.isOpen(id));
    if (!open.length) { say(said); return; }
    if (!stay) this.call.select(open[0], { scroll: false });
    if (open.every((id) => isVoice(this.call.byId.get(id)))) {
      this.actions.notice.show("warn", [h("p", {}, "第三の話者の声を、見つけた所に加えました。声も言葉も伏せてあります。どうするか決めてください（", kbd("F"), " 伏せる、", kbd("D"), " 同意を得て残す、", kbd("U"), " そのほか）。")]);
      say(`${said}。声を伏せてあります`);
      return;
    }
    const names = open.map((id) => this.call.byId.get(id)).map((finding) => `${finding.label}「${finding.text}」`).join("、");
    this.actions.notice.show("warn", [h("p", {}, `直した言葉に${names}が見つかりました。伏せてあります。だれの情報か決めてください。`)]);
    say(`${said}。${names}が見つかり、伏せてあります`);
  }

  // ---- a run of words ----

  // Index of the current line: where the keys stand, or what plays.
  get line() {
    const { call, transcript } = this;
    return call.words[transcript.at ?? -1]?.segment ?? transcript.segmentAt(this.player.position);
  }

  edit() {
    if (!this.call.mayDecide) { this.actions.ready(); return; }
    const { picked } = this.call;
    const run = picked && picked.start_char !== null ? this.runOf(picked) : null;
    this.open(run ?? this.wholeLine(this.line));
  }

  wholeLine(line) {
    const segment = this.call.segments[line];
    return { line, from: segment.start_char, to: segment.end_char };
  }

  runOf({ start_char: from, end_char: to }) {
    const line = this.call.segments.findIndex((segment) => segment.start_char <= from && to <= segment.end_char);
    return line < 0 ? null : { line, from, to };
  }

  open({ line, from, to }, { play = true } = {}) {
    this.close();
    const { call, transcript } = this;
    const segment = call.segments[line];
    if (!segment || from >= to) return;
    const { row, text } = transcript.rows[line];
    if (this.behind.holds(segment.start)) { say("この行は、いま記録しています"); return; }
    this.behind.failed.delete(segment.start);
    const was = call.slice(from, to);
    const field = h("textarea", { rows: Math.max(1, Math.ceil(was.length / 34)), maxlength: 2000, "aria-label": "言葉を直す", spellcheck: "false" });
    const name = `${segment.start} ${was}`;
    field.value = textKept(name) ?? was;
    field.addEventListener("input", () => keepText(name, field.value));
    const offered = h("span", { class: "offers", role: "group", "aria-label": "請求の言葉" });
    const box = h("div", { class: "edit" },
      h("span", { class: "muted" }, call.slice(segment.start_char, from)), field, h("span", { class: "muted" }, call.slice(to, segment.end_char)),
      offered, h("span", { class: "small muted hint" }, kbd("Enter"), " 記録 ", kbd("Tab"), " 次の行 ", kbd("F2"), " 聴く ", kbd("Esc"), " やめる"));
    transcript.standOn(from);
    text.hidden = true;
    row.append(box);
    this.editing = { line, from, to, was, name, start: segment.start, offset: from - segment.start_char, field, box, text, offered };
    transcript.held = true;
    field.addEventListener("keydown", (event) => this.key(event));
    call.pick(null);
    field.focus();
    const at = transcript.at === null ? 0 : (call.words[transcript.at]?.startChar ?? from) - from;
    const caret = at > 0 && at < was.length ? at : 0;
    field.setSelectionRange(caret, caret);
    transcript.reveal(row);
    this.offer(this.editing).catch(() => {}); // without offers the line is written by hand
    if (play && document.getElementById("auto-play").checked) this.listen();
  }

  // The words of the case where the run sounds like them: one key writes them as the case does.
  async offer(editing) {
    const { from, to, was, offered } = editing;
    const { offers, heard, again } = await get(`${this.actions.path}/offers?start=${from}&end=${to}`);
    const letters = Array.from(was);
    editing.offers = offers.map(({ start, end, text }) => ({ old: letters.slice(start, end).join(""), text }));
    offered.replaceChildren(...editing.offers.slice(0, 9).map(({ old, text }, index) =>
      h("button", { type: "button", title: `「${old}」を「${text}」に`, onclick: () => this.take(index) }, `${old} → ${text} `, kbd(`Alt+${index + 1}`))));
    // Whoever corrects by ear has another ear beside them: where it heard the same as is written, it says nothing.
    if (heard) offered.after(h("p", { class: "small muted heard" }, `聞こえた音：${heard}`));
    editing.again = again;
    if (again) {
      offered.after(h("span", { class: "offers" }, h("button", { type: "button", title: "二度目の聞き取りの文に入れ替える", onclick: () => this.takeAgain() },
        `二度目の聞き取り：${again} `, kbd("Alt+0"))));
    }
  }

  take(index) {
    const offer = this.editing?.offers?.[index];
    if (!offer) return;
    const { field } = this.editing;
    const at = field.value.indexOf(offer.old);
    if (at >= 0) field.setRangeText(offer.text, at, at + offer.old.length, "end");
    keepText(this.editing.name, field.value);
    field.focus();
  }

  // The whole line as the second hearing wrote it; nothing is recorded before Enter.
  takeAgain() {
    const { field, again } = this.editing ?? {};
    if (!again) return;
    field.setRangeText(again, 0, field.value.length, "end");
    keepText(this.editing.name, field.value);
    field.focus();
  }

  close() {
    const { editing } = this;
    if (!editing) return;
    this.editing = null;
    editing.box.remove();
    editing.text.hidden = false;
    this.transcript.release();
    this.closed?.();
  }

  giveUp() {
    forgetText(this.editing.name);
    this.close();
  }

  key(event) {
    if (event.isComposing) return;
    const moves = { Enter: 0, Tab: event.shiftKey ? -1 : 1 };
    const digit = event.altKey && /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
    if (digit && digit[1] === "0") this.takeAgain();
    else if (digit) this.take(Number(digit[1]) - 1);
    else if (event.key === "Escape") this.giveUp();
    else if (event.key === "F2") this.listen();
    else if (event.key in moves) this.save(moves[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Plays from the word at the caret to the end of the run, or stops.
  listen() {
    const { editing, call, player } = this;
    if (player.playing) { player.pause(); return; }
    const typed = editing.field.value;
    const caret = editing.field.selectionStart;
    const alike = shared(editing.was, typed);
    const behind = Math.min(shared(reversed(editing.was), reversed(typed)), editing.was.length - alike);
    const fromEnd = typed.length - caret <= behind;
    const offset = caret <= alike ? caret : fromEnd ? editing.was.length - (typed.length - caret) : alike;
    const char = editing.from + (call.codePoints ? Array.from(editing.was.slice(0, offset)).length : offset);
    const stretch = call.stretchOfChars(Math.min(char, editing.to - 1), editing.to);
    if (stretch) this.actions.play(() => player.playStretch(stretch.start, stretch.end, "original", BEFORE));
  }

  async save(by) {
    const { editing } = this;
    if (!editing) return;
    const next = editing.line + by;
    const text = editing.field.value.replaceAll("\n", "");
    const changed = text !== editing.was;
    const correction = () => ({ kind: "words", ...this.where(editing), text });
    if (changed && !by && !(await this.record(correction, "直しました", () => this.save(0)))) return;
    if (!changed || !by) forgetText(editing.name);
    this.close();
    if (changed && by) this.behind.record({ ...editing, text });
    this.transcript.moveCursor(this.call.wordAtChar(editing.from), false);
    if (by && this.call.segments[next]) this.open(this.wholeLine(next));
  }

  // Where an edited run stands now: what was recorded meanwhile, or by somebody else, may have changed the text before it.
  where(editing) {
    const { call } = this;
    const length = editing.to - editing.from;
    const found = call.segments.map(({ start, start_char }) => ({ start, from: start_char + editing.offset }))
      .filter(({ start, from }) => Math.abs(start - editing.start) < 0.01 && call.slice(from, from + length) === editing.was);
    if (found.length !== 1) throw new Changed();
    editing.from = found[0].from;
    editing.to = editing.from + length;
    return { start_char: editing.from, end_char: editing.to };
  }

  // ---- lines ----

  async speaker(line = this.line, third = false) {
    const segment = this.call.segments[line];
    if (!segment) return;
    const speaker = third ? "third" : NEXT_SPEAKER[segment.speaker ?? ""];
    const begins = this.call.slice(segment.start_char, Math.min(segment.end_char, segment.start_char + NAMED_CHARS));
    const said = `「${begins}…」の話者を${SPEAKERS[speaker] ?? "話者"}にしました`;
    const done = await this.record(() => ({ kind: "speaker", start_char: segment.start_char, speaker }), said);
    if (done && segment.speaker === "third" && !third) this.tellLeft(segment);
  }

  // A line that is somebody else's again still lies under its voice, which only a decision about the voice changes.
  tellLeft({ start, end, channel }) {
    const left = this.call.masked.find((one) => isVoice(one) && one.start < end && start < one.end && one.channels.includes(channel));
    if (!left) return;
    this.call.select(left.item_id, { scroll: false });
    this.actions.notice.show("warn", [h("p", {}, "声は伏せたままです。第三の話者の声でなければ、", kbd("U"), " でだれの声だったかを決めてください。")]);
  }

  // Operator and caller turned round in the whole call: one decision, which is undone like any other.
  turnSides() {
    return this.record(() => ({ kind: "sides" }), "担当者とお客様を、通話の全体で入れ替えました");
  }

  breakOrJoin() {
    const { call, transcript } = this;
    const word = transcript.at === null ? null : call.words[transcript.at];
    if (!word) { say("先に ← → で言葉を選んでください"); return; }
    const begins = word.startChar === call.segments[word.segment].start_char;
    const kind = begins ? "join" : "break";
    return this.record(() => ({ kind, start_char: word.startChar }), begins ? "前の行とつなぎました" : "行を分けました");
  }

  // ---- read through ----

  async read() {
    if (!this.call.mayDecide) { this.actions.ready(); return; }
    const { dialogs, notice } = this.actions;
    await this.reading.heard.report();
    const left = this.reading.unheard().length > 0;
    const body = [h("p", {}, "文字起こしを最後まで読み、聞こえるとおりに直しましたか。"), left ? this.reading.list() : null,
      h("p", { class: "muted" }, "記録すると、渡す文字起こしに「校正済み」と今日の日付が入ります。記録しないうちは「機械による文字起こし（未校正）」と入ります。")];
    const done = await dialogs.ask({
      title: "文字起こしを読み終えた", body: body.filter(Boolean), explain: this.actions.explain,
      button: left ? "聴かずに読み終えたと記録する" : "読み終えたと記録する",
      first: left ? ["1.5倍で聴いて読み通す", () => this.reading.start()] : null,
      send: () => this.send(() => ({ kind: "read" })),
    });
    if (done === null) return;
    notice.show("good", [h("p", {}, "読み終えたと記録しました。")]);
    say("読み終えたと記録しました");
  }
}

function shared(one, other) {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1;
  return at;
}

const reversed = (text) => text.split("").reverse().join("");
