// Lines that are recorded while the analyst is already in the next one: in the order in which they were left. One that cannot
// be recorded is shown as it was, and said; what was typed there comes back when it is opened.

import { clock, h } from "./dom.js";
import { forgetText, keepText } from "./kept.js";

const WAITING = "記録しています…";

export class Changed extends Error {
  constructor() {
    super("直していた行を、ほかの人が先に変えました。入れた文字を控えてから閉じて(Esc)、直し直してください。");
  }
}

export class Behind {
  constructor(words) {
    Object.assign(this, { words, call: words.call, actions: words.actions });
    this.lines = new Set(); // being recorded
    this.failed = new Map(); // by the second at which they begin, and why not
    this.actions.unrecorded = () => this.failed.size > 0;
    words.transcript.addEventListener("drawn", () => this.draw());
    addEventListener("beforeunload", (event) => { if (this.lines.size) event.preventDefault(); });
    for (const name of ["click", "submit"]) document.addEventListener(name, (event) => this.leave(event), { capture: true });
  }

  holds(start) {
    return [...this.lines].some((line) => line.start === start);
  }

  async record(line) {
    keepText(line.name, line.text);
    this.failed.delete(line.start);
    this.lines.add(line);
    this.draw();
    try {
      const added = await this.words.send(() => ({ kind: "words", ...this.words.where(line), text: line.text }));
      this.over(line);
      forgetText(line.name);
      this.words.tellFound(added, "直しました", { stay: Boolean(this.words.editing) });
    } catch (error) {
      this.over(line);
      this.failed.set(line.start, { line, why: error instanceof Changed ? [h("p", {}, error.message)] : await this.actions.explained(error) });
      this.tell();
    }
  }

  over(line) {
    this.lines.delete(line);
    this.words.transcript.fillLine(this.indexOf(line));
  }

  indexOf({ start }) {
    return this.call.segments.findIndex((segment) => Math.abs(segment.start - start) < 0.01);
  }

  // What is on its way stands in its line already.
  draw() {
    const { transcript } = this.words;
    for (const line of this.lines) {
      transcript.rows[this.indexOf(line)]?.text.replaceChildren(h("span", { class: "waiting", title: WAITING }, line.text));
    }
  }

  tell() {
    const failed = [...this.failed.values()];
    const [{ why }] = failed.slice(-1);
    const told = failed.length > 1 ? `${failed.length} 行を記録できませんでした。` : `${clock(failed[0].line.start, 0)} の行を記録できませんでした。`;
    this.actions.notice.show("bad", [h("p", {}, h("b", {}, told), "元の言葉に戻してあります。入れた文字は、その行を開くと入っています。"), ...why],
      failed.map(({ line }) => [`${clock(line.start, 0)} を開く`, () => this.open(line)]));
  }

  // A line that could not be recorded, with what was typed.
  open(line) {
    const index = this.indexOf(line);
    if (index < 0) return;
    const from = this.call.segments[index].start_char + line.offset;
    this.words.open({ line: index, from, to: from + line.to - line.from });
    if (this.failed.size) this.tell();
  }

  // Whoever goes on to another page goes when everything is recorded.
  async leave(event) {
    const link = event.type === "click" ? event.target.closest?.("a[href]:not([href^='#'])") : null;
    const form = event.type === "submit" && event.target.getAttribute("method") === "post" ? event.target : null;
    if (!this.lines.size || !(link || form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await this.actions.line;
    if (this.failed.size) return;
    if (link) link.click();
    else form.requestSubmit(event.submitter);
  }
}
