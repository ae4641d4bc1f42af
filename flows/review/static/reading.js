// Reading through: plays the call at 1.5×, skips silences and what was heard, and stops behind each line of which something is
// open: a name of the case that is heard otherwise than it is written, a second hearing that is nearer, words in doubt.

import { get } from "./api.js";
import { $, clock, h, say } from "./dom.js";

const RATE = 1.5;
const AHEAD = 3; // lines that are looked at before they are heard
const DOUBTFUL = 0.5; // share of a line's characters that the recogniser was in doubt of
const FEW = 4; // characters: a shorter line is no doubtful one
const HEARD = 0.8; // share of a line's sound from which it was heard

export class Reading {
  constructor(call, player, words, heard) {
    Object.assign(this, { call, player, words, heard, on: false, known: new Map(), seen: new Set(), asked: 0 });
    player.addEventListener("time", () => this.tick());
    player.addEventListener("state", () => { if (this.on && player.audio.ended && player.isWhole) this.over(); });
    for (const name of ["heard", "changed"]) call.addEventListener(name, () => this.draw());
    words.closed = () => setTimeout(() => { if (this.on && this.why && !words.editing) this.goOn(); });
  }

  // ---- from line to line ----

  async start() {
    this.on = true;
    this.before = [this.player.what, this.player.rate];
    this.player.setWhat("original");
    this.player.setRate(RATE);
    $("read-bar").hidden = false;
    say("読み通しを始めます");
    await this.goOn(0);
  }

  async stop() {
    if (!this.on) return;
    this.on = false;
    this.tellWhy("");
    this.player.pause();
    this.player.setWhat(this.before[0]);
    this.player.setRate(this.before[1]);
    $("read-bar").hidden = true;
    await this.heard.report();
  }

  goOn(from = this.at) {
    this.tellWhy("");
    const at = this.next(from);
    if (at === null) return this.over();
    this.at = at;
    this.last = at;
    return this.words.actions.play(() => this.player.playFrom(at, "original"));
  }

  // Everything was heard, or nothing is left but silence.
  async over() {
    await this.stop();
    await this.words.read();
  }

  // The next second that nobody has heard; null where none is left.
  next(from) {
    const { call } = this;
    let at = from;
    for (const [start, end] of [...this.heard.original, ...call.silences].sort((one, other) => one[0] - other[0])) {
      if (start > at + 0.05) break;
      at = Math.max(at, end);
    }
    const ends = Math.max(0, ...call.segments.map((segment) => segment.end));
    return at >= Math.min(call.seconds, ends) - 0.05 ? null : at;
  }

  tick() {
    const { player, call } = this;
    if (!this.on || !player.playing || !player.isWhole || this.words.editing) return;
    const now = player.position;
    const ended = call.segments.filter(({ start, end }) => end > this.last && end <= now + 0.05 && !this.seen.has(start));
    this.last = Math.max(this.last, now);
    for (const segment of call.segments.filter(({ end }) => end > now).slice(0, AHEAD)) this.look(segment);
    this.draw();
    if (ended.length) { this.behind(ended[0]); return; }
    const silence = call.silences.find(([start, end]) => start <= now && now < end - 0.2);
    const to = silence?.[1];
    if (to && to < call.seconds) { player.seek(to); this.last = to; }
  }

  // A line has been heard: what is open of it is shown, beside its field.
  async behind(segment) {
    this.seen.add(segment.start);
    const found = this.look(segment);
    let why = found.why;
    if (why === undefined) {
      this.player.pause(); // the answer is not there yet
      why = await found.coming;
      if (!this.on) return;
      if (!why) { this.goOn(this.player.position); return; }
    }
    if (!why) return;
    this.player.pause();
    const line = this.call.segments.findIndex(({ start }) => Math.abs(start - segment.start) < 0.01);
    if (line < 0) { this.goOn(); return; }
    this.at = segment.end;
    this.tellWhy(why);
    say(why);
    this.words.open(this.words.wholeLine(line), { play: false });
  }

  // Why reading stops behind a line; empty where nothing is open.
  look(segment) {
    const known = this.known.get(segment.start);
    if (known) return known;
    const found = {};
    this.known.set(segment.start, found);
    found.coming = this.ask(segment).then((why) => (found.why = why));
    return found;
  }

  async ask(segment) {
    const { call } = this;
    const low = call.words.filter((word) => call.segments[word.segment]?.start === segment.start && word.low)
      .reduce((sum, word) => sum + word.endChar - word.startChar, 0);
    const chars = segment.end_char - segment.start_char;
    try {
      const { offers, again } = await get(`/api/calls/${call.call_id}/offers?start=${segment.start_char}&end=${segment.end_char}`);
      if (offers.length) return `請求の言葉に聞こえる所があります: ${offers.map(({ text }) => text).join("、")}`;
      if (again) return "二度目の聞き取りは、別の言葉でした";
    } catch {
      // Without suggestions a line is still read by whoever hears it.
    }
    return chars >= FEW && low / chars > DOUBTFUL ? "認識が不確かな行です" : "";
  }

  tellWhy(why) {
    this.why = why;
    $("read-why").textContent = why;
    $("read-on").hidden = !why;
  }

  // ---- what nobody has heard ----

  // The lines that nobody has heard, or not most of them.
  unheard() {
    const spans = [...this.heard.original, ...this.call.silences];
    return this.call.segments.filter(({ start, end }) => {
      const points = Array.from({ length: 20 }, (_, at) => start + ((at + 0.5) * (end - start)) / 20);
      const known = points.filter((point) => spans.some(([first, last]) => first <= point && point < last));
      return known.length < HEARD * points.length;
    });
  }

  draw() {
    if (!this.on) return;
    const left = this.unheard().length;
    const whole = Math.max(1, this.call.segments.length);
    $("read-progress").value = 1 - left / whole;
    $("read-left").textContent = `残り ${left} 行`;
  }

  list() {
    const lines = this.unheard();
    const shown = lines.slice(0, 6).map((segment) => h("li", {},
      h("span", {}, h("span", { class: "number muted" }, `${clock(segment.start, 0)} `), this.call.slice(segment.start_char, Math.min(segment.end_char, segment.start_char + 24))),
      h("button", { type: "button", class: "quiet", "aria-label": `${clock(segment.start, 0)} を聴く`,
        onclick: () => this.words.actions.play(() => this.player.playStretch(segment.start, segment.end, "original")) }, "▶")));
    const more = lines.length - shown.length;
    return h("div", { class: "note warn" }, h("p", {}, h("b", {}, `まだだれも聴いていない行が ${lines.length} 行あります。`)),
      h("ul", { class: "places" }, shown, more > 0 ? h("li", { class: "small muted" }, `ほか ${more} 行`) : null));
  }
}
