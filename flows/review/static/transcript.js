// The transcript by speaker, with its findings. Words are not elements, because an hour has thirty thousand of them: a
// clicked word is found by the caret position, and the playing word is a highlight over the text.

import { $, clock, h } from "./dom.js";

export const SPEAKERS = { op: "担当者", cu: "お客様", third: "第三の話者" };

export class Transcript extends EventTarget {
  constructor(call) {
    super();
    this.call = call;
    this.box = $("transcript");
    this.rows = [];
    this.draw();
    this.playing = highlight("playing");
    this.cursor = highlight("cursor");
    this.chosen = highlight("chosen");
    this.at = null; // index of the word that the keys stand on; its line is the current one for all keys
    this.listen();
    call.addEventListener("lines", () => this.redraw());
    call.addEventListener("changed", (event) => this.refresh(event.detail.changed));
    call.addEventListener("selected", (event) => {
      const { current } = call;
      if (current) this.standOn(current.start_char ?? call.segments[this.segmentAt(current.start)]?.start_char);
      this.mark(event.detail);
    });
    call.addEventListener("picked", () => this.drawChosen());
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // ---- drawing ----

  draw() {
    const covers = this.covers();
    this.rows = this.call.segments.map((segment, index) => {
      const text = h("p");
      this.fill(text, segment, covers[index]);
      const row = h("article", { class: `say ${segment.speaker ?? "both"}`, "data-segment": index },
        h("button", { class: "at number", tabindex: "-1", "data-start": segment.start, "aria-label": `${clock(segment.start, 0)} から再生` },
          clock(segment.start, 0)),
        h("span", { class: "speaker", title: "話者を変える (H)、第三の話者にする (Shift+H)" }, SPEAKERS[segment.speaker] ?? "話者"), text);
      return { row, text, key: keyOf(covers[index], this.call) };
    });
    this.box.replaceChildren(...this.rows.map(({ row }) => row));
  }

  // While a line is being edited, it stays as it is; what was corrected meanwhile is drawn afterwards.
  redraw() {
    this.stale = this.held;
    if (this.held) return;
    const top = this.box.scrollTop;
    this.draw();
    this.box.scrollTop = top;
    this.shownWords = null;
    if (this.at !== null) this.stand(Math.min(this.at, this.call.words.length - 1));
    this.mark({ scroll: false });
    this.tell("drawn");
  }

  // One line as it stands, whether or not another is being edited.
  fillLine(index) {
    if (this.rows[index]) this.fill(this.rows[index].text, this.call.segments[index], this.covers()[index]);
  }

  release() {
    this.held = false;
    if (this.stale) this.redraw();
  }

  // The findings of each segment, in order.
  covers() {
    const { segments, findings } = this.call;
    const covers = segments.map(() => []);
    const sorted = segments.map((segment, index) => [segment.start_char, index]).sort((one, other) => one[0] - other[0]);
    for (const finding of findings) {
      if (finding.start_char === null || finding.start_char === finding.end_char) continue;
      let at = sorted.findLastIndex(([start]) => start <= finding.start_char);
      for (at = Math.max(0, at); at < sorted.length && sorted[at][0] < finding.end_char; at += 1) {
        const index = sorted[at][1];
        if (segments[index].end_char > finding.start_char) covers[index].push(finding);
      }
    }
    return covers;
  }

  fill(box, segment, findings) {
    const { call } = this;
    const cuts = new Set([segment.start_char, segment.end_char]);
    const inside = (char) => char > segment.start_char && char < segment.end_char;
    for (const finding of findings) for (const char of [finding.start_char, finding.end_char]) if (inside(char)) cuts.add(char);
    const low = lowStretches(segment, call);
    const written = call.words.slice(...wordsOf(segment, call)).filter((word) => word.was !== undefined);
    for (const [start, end] of low) for (const char of [start, end]) if (inside(char)) cuts.add(char);
    for (const { startChar, endChar } of written) for (const char of [startChar, endChar]) if (inside(char)) cuts.add(char);
    const edges = [...cuts].sort((one, other) => one - other);
    const pieces = [];
    let mark = null; // one for each run of a finding, however many doubtful words are in it
    for (let at = 0; at + 1 < edges.length; at += 1) {
      const [start, end] = [edges[at], edges[at + 1]];
      const doubtful = low.some(([from, to]) => from <= start && end <= to);
      const text = call.slice(start, end);
      for (const gone of written.filter((one) => one.startChar === start && one.endChar === start)) pieces.push(changed(gone, "gone"));
      const by = written.find((one) => one.startChar <= start && end <= one.endChar);
      const word = by ? changed(by, "written", text) : doubtful ? h("span", { class: "low", title: "認識が不確かな言葉" }, text) : text;
      const over = findings.filter((finding) => finding.start_char <= start && end <= finding.end_char);
      const items = over.map((one) => one.item_id).join(" ");
      if (mark && over.length && mark.dataset.items === items) mark.append(word);
      else pieces.push(over.length ? (mark = this.piece(topmost(over), items, word)) : word);
      if (!over.length) mark = null;
    }
    box.replaceChildren(...pieces);
  }

  piece(finding, items, word) {
    const open = this.call.isOpen(finding.item_id);
    const label = `${finding.label} ${this.call.partyNames[finding.party]} ${finding.action === "mask" ? "伏せる" : "残す"}${open ? " 未決" : ""}`;
    const classes = ["f", finding.party, finding.action, open && "open", finding.item_id === this.call.selected && "selected"];
    return h("mark", {
      class: classes.filter(Boolean).join(" "), "data-item": finding.item_id, "data-items": items, title: label,
    }, word);
  }

  refresh(changed) {
    if (!changed.size || this.stale) return;
    const covers = this.covers();
    covers.forEach((findings, index) => {
      const key = keyOf(findings, this.call);
      if (key === this.rows[index].key) return;
      this.rows[index].key = key;
      this.fill(this.rows[index].text, this.call.segments[index], findings);
    });
  }

  mark({ scroll = true } = {}) {
    for (const old of this.box.querySelectorAll("mark.selected")) old.classList.remove("selected");
    const now = this.box.querySelectorAll(`mark[data-items~="${CSS.escape(this.call.selected ?? "")}"]`);
    for (const mark of now) mark.classList.add("selected");
    const finding = this.call.current;
    const target = now[0] ?? (finding && this.rows[this.segmentAt(finding.start)]?.row);
    if (scroll && target) this.reveal(target);
  }

  segmentAt(seconds) {
    const at = this.call.segments.findLastIndex((segment) => segment.start <= seconds);
    return Math.max(0, at);
  }

  reveal(element) {
    const box = this.box.getBoundingClientRect();
    const place = element.getBoundingClientRect();
    if (place.top >= box.top + 24 && place.bottom <= box.bottom - 48) return;
    this.box.scrollTop += place.top - box.top - box.height / 3;
  }

  // ---- positions in the text ----

  // The character at a point; null outside the text.
  charAt(x, y) {
    const caret = document.caretPositionFromPoint
      ? document.caretPositionFromPoint(x, y)
      : document.caretRangeFromPoint?.(x, y);
    const node = caret?.offsetNode ?? caret?.startContainer;
    const offset = caret?.offset ?? caret?.startOffset;
    return node ? this.charOf(node, offset) : null;
  }

  charOf(node, offset) {
    const text = node.parentElement?.closest?.(".say p") ?? (node.matches?.(".say p") ? node : null);
    if (!text || !this.box.contains(text)) return null;
    const segment = this.call.segments[Number(text.parentElement.dataset.segment)];
    const before = document.createRange();
    before.setStart(text, 0);
    before.setEnd(node, offset);
    const length = this.call.codePoints ? Array.from(before.toString()).length : before.toString().length;
    return Math.min(segment.start_char + length, segment.end_char);
  }

  range(startChar, endChar) {
    const index = this.call.words[this.call.wordAtChar(startChar)]?.segment;
    if (index === undefined) return null;
    const segment = this.call.segments[index];
    const [start, end] = [startChar, Math.min(endChar, segment.end_char)].map((char) =>
      this.place(this.rows[index].text, this.call.slice(segment.start_char, char).length));
    if (!start || !end) return null;
    const range = document.createRange();
    range.setStart(...start);
    range.setEnd(...end);
    return range;
  }

  place(box, offset) {
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    let left = offset;
    let last = null;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (left <= node.length) return [node, left];
      left -= node.length;
      last = node;
    }
    return last ? [last, last.length] : null;
  }

  // ---- playing ----

  setPosition(seconds, playing) {
    const words = this.call.wordsAtTime(seconds);
    const key = words.map((word) => word.startChar).join();
    if (key === this.shownWords) return;
    this.shownWords = key;
    this.playing?.clear();
    for (const row of this.nowRows ?? []) row.classList.remove("now");
    this.nowRows = words.map((word) => this.rows[word.segment].row);
    for (const row of this.nowRows) row.classList.add("now");
    for (const word of words) {
      const range = this.range(word.startChar, word.endChar);
      if (range) this.playing?.add(range);
    }
    if (playing && this.nowRows.length && Date.now() - (this.scrolledAt ?? 0) > 4000) this.reveal(this.nowRows[0]);
  }

  // While the call plays on, the current line is the one that is heard.
  follow(seconds) {
    const [word] = this.call.wordsAtTime(seconds);
    const here = this.call.words[this.at ?? -1];
    // Just behind a seek the word before may still be heard for a moment.
    if (word && (!here || word.start > here.start) && word.segment !== here?.segment) this.standOn(word.startChar);
  }

  // ---- selecting ----

  listen() {
    this.box.addEventListener("click", (event) => this.click(event));
    for (const name of ["wheel", "touchmove"]) {
      // After scrolling by hand the text does not follow the sound for a while.
      this.box.addEventListener(name, () => { this.scrolledAt = Date.now(); }, { passive: true });
    }
    document.addEventListener("selectionchange", () => {
      clearTimeout(this.wait);
      this.wait = setTimeout(() => this.readSelection(), 120);
    });
  }

  click(event) {
    const time = event.target.closest(".at");
    if (time) {
      this.standOn(this.call.segments[Number(time.parentElement.dataset.segment)].start_char);
      this.tell("play", { seconds: Number(time.dataset.start) });
      return;
    }
    const speaker = event.target.closest(".speaker");
    if (speaker) {
      const line = Number(speaker.parentElement.dataset.segment);
      this.standOn(this.call.segments[line].start_char);
      this.tell("speaker", { line, third: event.shiftKey });
      return;
    }
    if (!getSelection().isCollapsed || event.target.closest(".edit")) return;
    const char = this.charAt(event.clientX, event.clientY);
    if (char === null) return;
    const mark = event.target.closest("mark");
    this.moveCursor(this.call.wordAtChar(char), false);
    if (mark) this.call.select(mark.dataset.item, { scroll: false, play: true });
    else this.tell("play", { seconds: this.call.words[this.at].start });
  }

  readSelection() {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return;
    const range = selection.getRangeAt(0);
    const start = this.charOf(range.startContainer, range.startOffset);
    const end = this.charOf(range.endContainer, range.endOffset);
    if (start === null || end === null || end <= start) return;
    const stretch = this.call.stretchOfChars(start, end);
    if (stretch) this.call.pick(stretch);
  }

  // The keys stand on a word, and its line is shown as the current one.
  stand(index) {
    this.at = index;
    const word = this.call.words[index];
    this.cursor?.clear();
    for (const row of this.box.querySelectorAll(".say[aria-current]")) row.removeAttribute("aria-current");
    // What is drawn may be older than the words, while a line is being edited.
    if (!word || this.stale) return word ?? null;
    const range = this.range(word.startChar, word.endChar);
    if (range) this.cursor?.add(range);
    this.rows[word.segment].row.setAttribute("aria-current", "true");
    return word;
  }

  // The same by a character, unless the keys stand in its line already.
  standOn(char) {
    if (char === undefined || char === null) return;
    const index = this.call.wordAtChar(char);
    if (this.call.words[index]?.segment !== this.call.words[this.at ?? -1]?.segment) this.stand(index);
  }

  // Selecting words by keys: ← and → move, with Shift they extend the selection.
  moveCursor(index, choose) {
    if (index === null || index < 0 || index >= this.call.words.length) return null;
    if (choose && this.anchor === undefined) this.anchor = this.at ?? index;
    if (!choose) this.anchor = undefined;
    const word = this.stand(index);
    if (choose) {
      const [first, last] = [this.anchor, index].sort((one, other) => one - other);
      this.call.pick(this.call.stretchOfChars(this.call.words[first].startChar, this.call.words[last].endChar));
    }
    this.reveal(this.rows[word.segment].row);
    return word;
  }

  stepWord(by, choose, seconds) {
    let from = this.at;
    if (from === null || !choose) {
      const word = this.call.wordsAtTime(seconds)[0];
      if (word && this.call.words[from]?.start !== word.start) from = this.call.wordAtChar(word.startChar);
    }
    return this.moveCursor((from ?? -1) + by, choose);
  }

  drawChosen() {
    this.chosen?.clear();
    const picked = this.call.picked;
    if (!picked) {
      this.anchor = undefined;
      if (this.box.contains(getSelection().anchorNode)) getSelection().removeAllRanges();
      return;
    }
    if (picked.start_char === null) return;
    for (const segment of this.call.segments) {
      const [start, end] = [Math.max(picked.start_char, segment.start_char), Math.min(picked.end_char, segment.end_char)];
      const range = start < end ? this.range(start, end) : null;
      if (range) this.chosen?.add(range);
    }
  }
}

function highlight(name) {
  if (!globalThis.Highlight || !CSS.highlights) return null;
  const made = new Highlight();
  CSS.highlights.set(name, made);
  return made;
}

function topmost(findings) {
  return findings.toSorted((one, other) =>
    (one.action === "keep") - (other.action === "keep") || (one.end_char - one.start_char) - (other.end_char - other.start_char))[0];
}

function keyOf(findings, call) {
  return findings.map((finding) =>
    `${finding.item_id} ${finding.party} ${finding.action} ${finding.start_char} ${finding.end_char} ${call.isOpen(finding.item_id)}`).join();
}

// A word that a person wrote, or took out; what was recognised there is in its title.
function changed(word, name, text = "") {
  return h("span", { class: name, title: `直した言葉(もと「${word.was}」)` }, text);
}

// The first word of a segment, and the one behind its last.
function wordsOf(segment, call) {
  let first = call.wordAtChar(segment.start_char);
  let last = call.wordAtChar(Math.max(segment.start_char, segment.end_char - 1));
  const line = call.segments.indexOf(segment);
  while (first > 0 && call.words[first - 1].segment === line) first -= 1;
  while (last + 1 < call.words.length && call.words[last + 1].segment === line) last += 1;
  return [first, last + 1];
}

function lowStretches(segment, call) {
  const stretches = [];
  const [first, end] = wordsOf(segment, call);
  for (let at = first; at < end; at += 1) {
    const word = call.words[at];
    if (!word?.low) continue;
    if (stretches.at(-1)?.[1] === word.startChar) stretches.at(-1)[1] = word.endChar;
    else stretches.push([word.startChar, word.endChar]);
  }
  return stretches;
}
