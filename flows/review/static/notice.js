// Shows errors, and decisions of other people, in one place.

import { $, h } from "./dom.js";

export class Notice {
  constructor() {
    this.box = $("notice");
  }

  show(kind, content, buttons = []) {
    this.box.className = `notice note ${kind}`;
    const close = h("button", { class: "quiet", "aria-label": "閉じる", onclick: () => this.clear() }, "✕");
    const ends = buttons.map(([word, run]) => h("button", { onclick: () => { this.clear(); run(); } }, word));
    this.box.replaceChildren(h("div", { class: "told" }, content), h("div", { class: "ends" }, ends, close));
    this.box.hidden = false;
  }

  clear() {
    this.box.hidden = true;
    this.box.replaceChildren();
  }
}
