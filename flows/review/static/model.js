// The call's state from the server and the analyst's selection. All other modules listen to it.

const LOW = 0.5; // of a word's probability: below it the recogniser itself was in doubt

export class Call extends EventTarget {
  constructor(document_) {
    super();
    Object.assign(this, document_);
    this.silences ??= [];
    this.shown = this.findings.map((finding) => finding.item_id);
    this.order = "risk";
    this.selected = null;
    this.apart = new Set(); // findings that the analyst takes out of their question, to decide them alone
    this.joined = new Set(); // findings that are only heard with a question, and are to be decided as it is
    this.picked = null; // a stretch to be added: {start, end, channels} or with start_char, end_char
    this.partyNames = Object.fromEntries(this.parties);
    this.typeNames = Object.fromEntries(this.entity_types);
    this.groundNames = Object.fromEntries(this.grounds);
    this.lay(document_);
    this.index();
  }

  // The text as it is corrected now; all characters on the page count in it.
  lay({ text, segments }) {
    Object.assign(this, { text, segments });
    this.codePoints = codePoints(text);
    this.words = segments.flatMap((segment, index) =>
      segment.words.map(([start, end, startChar, endChar, probability, was]) => ({
        start, end, startChar, endChar, was, low: probability < LOW, segment: index,
      })));
    this.byTime = [...this.words].sort((one, other) => one.start - other.start);
  }

  index() {
    this.byId = new Map(this.findings.map((finding) => [finding.item_id, finding]));
    this.open = new Set(this.undecided);
  }

  tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // ---- answers of the server ----

  take(state) {
    const before = new Map(this.findings.map((finding) => [finding.item_id, JSON.stringify(finding)]));
    for (const name of ["count", "revision", "state", "state_label", "complete", "findings", "decisions", "undecided",
      "unconfirmed", "heard", "left", "read", "listeners", "listen_through", "open_by", "checking", "may_release", "wording", "read_at", "must_read", "sound_only"]) {
      if (state[name] !== undefined) this[name] = state[name];
    }
    if (state.lines) this.lay(state.lines);
    this.index();
    this.apart.clear();
    this.joined.clear();
    if (state.lines) this.tell("lines");
    const added = this.findings.filter((finding) => !before.has(finding.item_id)).map((finding) => finding.item_id);
    this.shown = this.shown.filter((id) => this.byId.has(id));
    const place = this.selected ? this.shown.indexOf(this.selected) + 1 : 0;
    this.shown.splice(place, 0, ...added);
    if (this.selected && !this.byId.has(this.selected)) this.selected = null;
    const changed = new Set(this.findings
      .filter((finding) => before.get(finding.item_id) !== JSON.stringify(finding))
      .map((finding) => finding.item_id));
    for (const id of before.keys()) if (!this.byId.has(id)) changed.add(id);
    this.tell("changed", { changed, added });
    return added;
  }

  // ---- the list ----

  sort(order) {
    this.order = order;
    if (order === "time") this.shown.sort((one, other) => this.byId.get(one).start - this.byId.get(other).start);
    else this.shown = this.findings.map((finding) => finding.item_id);
    if (order === "open") this.shown.sort((one, other) => this.isOpen(other) - this.isOpen(one));
    this.tell("changed", { changed: new Set(), added: [], sorted: true });
  }

  // In the order of time every finding has a row; else one row stands for all that are one question.
  get listed() {
    if (this.order === "time") return this.shown;
    const heads = this.heads();
    const rows = this.shown.filter((id) => !this.isOpen(id) || heads.get(this.byId.get(id).question) === id);
    return this.order === "open" ? rows.filter((id) => this.isOpen(id) || id === this.selected) : rows;
  }

  heads() {
    const heads = new Map();
    for (const id of this.shown) {
      const { question, beside } = this.byId.get(id);
      const head = heads.get(question);
      if (this.isOpen(id) && (!head || (this.byId.get(head).beside && !beside))) heads.set(question, id);
    }
    return heads;
  }

  rowOf(id) {
    return this.order === "time" || !this.byId.has(id) || !this.isOpen(id) ? id : this.heads().get(this.byId.get(id).question);
  }

  get questions() {
    return this.heads().size;
  }

  // The open findings of a finding's question, which comes first; one that is settled, or only heard with it, is alone.
  together(id) {
    const { question, beside } = this.byId.get(id);
    if (!this.isOpen(id) || beside) return [id];
    return [id, ...this.shown.filter((other) => other !== id && this.isOpen(other) && this.byId.get(other).question === question)];
  }

  // What a verdict on a finding decides: its question, without what was taken out or is only heard with it.
  decidedWith(id) {
    return this.together(id).filter((other) => other === id || this.isTicked(other));
  }

  isTicked(id) {
    return this.byId.get(id).beside ? this.joined.has(id) : !this.apart.has(id);
  }

  // What was heard with it and is nothing: kept.
  heardWith(id) {
    return this.together(id).filter((other) => other !== id && this.byId.get(other).beside && !this.joined.has(other));
  }

  // Not masked, and perhaps somebody's data; what is kept as somebody's whom the case knows is none.
  isCandidate(id) {
    const { action, party } = this.byId.get(id);
    return this.isOpen(id) && action === "keep" && (party === "third_party" || party === "unknown");
  }

  isOpen(id) {
    return this.open.has(id);
  }

  get current() {
    return this.selected ? this.byId.get(this.selected) : null;
  }

  select(id, how = {}) {
    if (!this.byId.has(id)) return;
    const changed = id !== this.selected;
    this.selected = id;
    this.tell("selected", { ...how, changed });
  }

  step(by) {
    const list = this.listed;
    const at = list.indexOf(this.rowOf(this.selected));
    const to = at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by;
    if (to >= 0 && to < list.length) this.select(list[to], { play: true });
    return to >= 0 && to < list.length;
  }

  nextOpen() {
    const list = this.listed;
    const at = list.indexOf(this.rowOf(this.selected));
    const round = [...list.slice(at + 1), ...list.slice(0, Math.max(at, 0))];
    const next = round.find((id) => this.isOpen(id));
    if (next) this.select(next, { play: true });
    return next ?? null;
  }

  // ---- stretches ----

  pick(stretch) {
    this.picked = stretch;
    this.tell("picked");
  }

  get masked() {
    return this.findings.filter((finding) => finding.action === "mask");
  }

  // ---- characters and words ----

  slice(startChar, endChar) {
    return this.codePoints ? this.codePoints.slice(startChar, endChar).join("") : this.text.slice(startChar, endChar);
  }

  wordAtChar(char) {
    let low = 0;
    let high = this.words.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const word = this.words[middle];
      if (char < word.startChar) high = middle - 1;
      else if (char >= word.endChar) low = middle + 1;
      else return middle;
    }
    return Math.min(low, this.words.length - 1);
  }

  wordsAtTime(seconds) {
    // Both speakers may talk at once, so the playing word of each speaker is returned.
    let low = 0;
    let high = this.byTime.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.byTime[middle].start <= seconds) low = middle + 1;
      else high = middle;
    }
    const found = new Map();
    for (let at = low - 1; at >= 0 && at >= low - 12; at -= 1) {
      const word = this.byTime[at];
      const channel = this.segments[word.segment].channel;
      if (!found.has(channel) && word.start <= seconds && seconds < word.end + 0.05) found.set(channel, word);
    }
    return [...found.values()];
  }

  stretchOfChars(startChar, endChar) {
    const words = this.words.filter((word) => word.startChar < endChar && startChar < word.endChar);
    if (!words.length) return null;
    return {
      start: Math.min(...words.map((word) => word.start)),
      end: Math.max(...words.map((word) => word.end)),
      channels: [...new Set(words.map((word) => this.segments[word.segment].channel))].sort(),
      start_char: Math.min(...words.map((word) => word.startChar)),
      end_char: Math.max(...words.map((word) => word.endChar)),
    };
  }
}

// The server counts code points, JavaScript counts UTF-16 units (𠮷 is two). null where both counts agree.
export function codePoints(text) {
  return /[\ud800-\udbff]/u.test(text) || /[\ud800-\udbff]/.test(text) ? Array.from(text) : null;
}
