// The waveform: each channel's sound, the masks, the playing position; dragging selects a stretch.

import { $, clock, h } from "./dom.js";

const CLOSEST = 400; // pixels a second
const HANDLE = 8; // pixels around an edge that still take hold of it
const DRAG = 4; // pixels before a press becomes a drag
const SILENT = 14; // highest peak (255 is full scale, the root of the amplitude) of a side in which nobody hears anything: -50 dBFS
const PARTIES = ["third_party", "requester", "staff", "company", "unknown"];

export class Waveform extends EventTarget {
  constructor(call, peaks) {
    super();
    this.call = call;
    this.wave = $("wave");
    this.overview = $("overview");
    this.line = $("playhead");
    this.silent = Array.from({ length: call.channels }, () => h("span", {
      class: "silent small", hidden: true, title: "かすかな漏れがあるかもしれないので、この側も伏せます" }, "この側は無音です"));
    $("wave-box").append(...this.silent);
    this.setPeaks(peaks);
    this.from = 0;
    this.drag = null;
    this.position = 0;
    new ResizeObserver(() => this.resize()).observe(this.wave.parentElement);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.readColours(); this.drawAnew(); });
    this.readColours();
    this.resize();
    this.scale = Math.max(this.width / call.seconds, Math.min(CLOSEST, this.width / 30));
    this.listen();
    for (const name of ["selected", "picked"]) call.addEventListener(name, () => this.draw());
    for (const name of ["changed", "heard"]) call.addEventListener(name, () => this.drawAnew());
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  setPeaks(peaks) {
    this.perSecond = peaks.per_second;
    this.levels = peaks.channels.map((text) => {
      const first = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      const levels = [first];
      // Each level has the maximum of two values of the previous one, so that an hour is drawn from few values.
      while (levels.at(-1).length > 2000) {
        const fine = levels.at(-1);
        const coarse = new Uint8Array(Math.ceil(fine.length / 2));
        for (let at = 0; at < fine.length; at += 1) coarse[at >> 1] = Math.max(coarse[at >> 1], fine[at]);
        levels.push(coarse);
      }
      return levels;
    });
  }

  readColours() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.colours = Object.fromEntries([...PARTIES, "wave", "wave-ground", "line", "accent", "muted", "warn-line", "good",
      "sunken", "ink", "playhead", "surface"].map((name) => [name, colour(name)]));
  }

  resize() {
    const ratio = devicePixelRatio || 1;
    for (const canvas of [this.wave, this.overview]) {
      const box = canvas.getBoundingClientRect();
      canvas.width = Math.round(box.width * ratio);
      canvas.height = Math.round(box.height * ratio);
    }
    this.width = this.wave.getBoundingClientRect().width;
    this.height = this.wave.getBoundingClientRect().height;
    if (this.scale) this.zoom(1);
    this.drawAnew();
  }

  // ---- positions ----

  x(seconds) { return (seconds - this.from) * this.scale; }
  time(x) { return Math.min(this.call.seconds, Math.max(0, this.from + x / this.scale)); }
  get seen() { return this.width / this.scale; }

  moveTo(from) {
    const to = Math.min(Math.max(0, from), Math.max(0, this.call.seconds - this.seen));
    if (to === this.from) return;
    this.from = to;
    this.draw();
  }

  zoom(factor, around = this.position) {
    const before = this.x(around);
    const at = before >= 0 && before <= this.width ? before : this.width / 2;
    const seconds = this.time(at);
    this.scale = Math.min(CLOSEST, Math.max(this.width / this.call.seconds, this.scale * factor));
    this.from = Math.min(Math.max(0, seconds - at / this.scale), Math.max(0, this.call.seconds - this.seen));
    this.draw();
  }

  show(start, end) {
    if (end - start > this.seen * 0.8) this.zoom((this.seen * 0.6) / (end - start));
    if (start < this.from || end > this.from + this.seen) this.moveTo((start + end) / 2 - this.seen / 2);
    this.draw();
  }

  setPosition(seconds, playing) {
    this.position = seconds;
    const x = this.x(seconds);
    if (playing && !this.drag && (x > this.width * 0.95 || x < 0)) this.moveTo(seconds - this.seen * 0.1);
    const now = this.x(seconds);
    this.line.hidden = now < 0 || now > this.width;
    this.line.style.transform = `translateX(${now}px)`;
    if (Math.abs(seconds - (this.drawnAt ?? -1)) * this.width > this.call.seconds) this.drawOverview();
    this.overview.setAttribute("aria-valuenow", seconds.toFixed(1));
    this.overview.setAttribute("aria-valuetext", clock(seconds));
  }

  // ---- drawing ----

  draw() {
    if (this.due) return;
    this.due = requestAnimationFrame(() => {
      this.due = 0;
      this.drawWave();
      this.drawOverview();
      this.setPosition(this.position, false);
      Object.assign(this.wave.dataset, { from: this.from, to: this.from + this.seen, channels: this.call.channels });
    });
  }

  context(canvas) {
    const context = canvas.getContext("2d");
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return [context, canvas.width / ratio, canvas.height / ratio];
  }

  lane(channel, height) {
    const tall = height / this.call.channels;
    return [channel * tall, tall];
  }

  drawSound(context, channel, [from, scale, width], [top, tall], colour) {
    const levels = this.levels[channel];
    const wanted = this.perSecond / scale; // peaks a pixel
    const level = Math.min(levels.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, wanted)))));
    const peaks = levels[level];
    const perSecond = this.perSecond / 2 ** level;
    const middle = top + tall / 2;
    context.fillStyle = colour;
    const step = Math.max(1, scale / perSecond);
    for (let x = 0; x < width; x += step) {
      const first = Math.floor((from + x / scale) * perSecond);
      const last = Math.max(first + 1, Math.floor((from + (x + step) / scale) * perSecond));
      let high = 0;
      for (let at = first; at < last && at < peaks.length; at += 1) if (peaks[at] > high) high = peaks[at];
      const half = Math.max(0.5, (high / 255) * (tall / 2 - 3));
      context.fillRect(x, middle - half, Math.max(1, step - (step > 3 ? 1 : 0)), half * 2);
    }
  }

  drawWave() {
    const [context, width, height] = this.context(this.wave);
    const { colours } = this;
    context.fillStyle = colours["wave-ground"];
    context.fillRect(0, 0, width, height);
    const tall = height - 16;
    for (let channel = 0; channel < this.call.channels; channel += 1) {
      const lane = this.lane(channel, tall);
      if (channel) {
        context.fillStyle = colours.line;
        context.fillRect(0, lane[0], width, 1);
      }
      this.drawSound(context, channel, [this.from, this.scale, width], lane, colours.wave);
    }
    for (const finding of this.call.findings) this.drawFinding(context, finding, tall);
    this.sayWhatIsSilent(tall);
    this.drawPicked(context, tall);
    this.drawRuler(context, width, height);
  }

  // A side that is marked with what is selected, and in which there is nothing to hear or see.
  sayWhatIsSilent(height) {
    const { current } = this.call;
    this.silent.forEach((label, channel) => {
      label.hidden = !current?.channels.includes(channel) || this.peak(channel, current) > SILENT;
      const [top, tall] = this.lane(channel, height);
      label.style.top = `${top + tall / 2}px`;
      label.style.left = `${Math.min(Math.max(0, this.x(current?.start ?? 0)), Math.max(0, this.width - 130))}px`;
    });
  }

  peak(channel, { start, end }) {
    return Math.max(0, ...this.levels[channel][0].slice(Math.floor(start * this.perSecond), Math.ceil(end * this.perSecond)));
  }

  drawFinding(context, finding, height) {
    const { start, end } = this.drag?.finding === finding ? this.drag : finding;
    const [left, right] = [this.x(start), this.x(end)];
    if (right < 0 || left > this.width) return;
    const wide = Math.max(2, right - left);
    const colour = this.colours[finding.party];
    const open = this.call.isOpen(finding.item_id);
    for (const channel of finding.channels) {
      const [top, tall] = this.lane(channel, height);
      context.fillStyle = colour;
      if (finding.action === "mask") {
        context.globalAlpha = 0.3;
        context.fillRect(left, top + 1, wide, tall - 2);
        context.globalAlpha = 1;
        context.fillRect(left, top + 1, wide, 3);
      } else {
        context.fillRect(left, top + tall - 4, wide, 2);
      }
      if (open) {
        // Dashes mark undecided items, because not everybody can see the colour.
        context.strokeStyle = colour;
        context.setLineDash([4, 3]);
        context.strokeRect(left + 0.5, top + 1.5, Math.max(1, wide - 1), tall - 4);
        context.setLineDash([]);
      }
      if (finding.item_id === this.call.selected) this.drawSelected(context, [left, wide], [top, tall]);
    }
  }

  drawSelected(context, [left, wide], [top, tall]) {
    context.strokeStyle = this.colours.ink;
    context.lineWidth = 2;
    context.strokeRect(left, top + 2, wide, tall - 4);
    context.lineWidth = 1;
    context.fillStyle = this.colours.ink;
    for (const edge of [left, left + wide]) context.fillRect(edge - 2.5, top + tall / 2 - 9, 5, 18);
  }

  drawPicked(context, height) {
    const picked = this.drag?.kind === "pick" ? this.drag : this.call.picked;
    if (!picked) return;
    const [left, right] = [this.x(picked.start), this.x(picked.end)];
    for (const channel of picked.channels) {
      const [top, tall] = this.lane(channel, height);
      context.fillStyle = this.colours.accent;
      context.globalAlpha = 0.25;
      context.fillRect(left, top, right - left, tall);
      context.globalAlpha = 1;
      context.strokeStyle = this.colours.accent;
      context.strokeRect(left + 0.5, top + 0.5, right - left - 1, tall - 1);
    }
  }

  drawRuler(context, width, height) {
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];
    const step = steps.find((seconds) => seconds * this.scale >= 64) ?? 600;
    context.fillStyle = this.colours.sunken;
    context.fillRect(0, height - 16, width, 16);
    context.fillStyle = this.colours.muted;
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    for (let at = Math.ceil(this.from / step) * step; at < this.from + this.seen; at += step) {
      const x = this.x(at);
      context.fillRect(x, height - 16, 1, 4);
      context.fillText(clock(at, step < 1 ? 1 : 0), x + 4, height - 7);
    }
  }

  // The content of the overview changed, not only the position in it.
  drawAnew() {
    this.whole = null;
    this.draw();
  }

  drawOverview() {
    this.whole ??= this.drawWhole();
    const [context, width, height] = this.context(this.overview);
    const { colours } = this;
    this.drawnAt = this.position;
    const scale = width / this.call.seconds;
    context.drawImage(this.whole, 0, 0, width, height);
    context.strokeStyle = colours.accent;
    context.lineWidth = 2;
    context.strokeRect(this.from * scale + 1, 1, Math.max(4, this.seen * scale - 2), height - 2);
    context.lineWidth = 1;
    context.fillStyle = colours.playhead;
    context.fillRect(this.position * scale - 1, 0, 2, height);
  }

  // The overview of the whole call with its findings, cached as a picture.
  drawWhole() {
    const whole = new OffscreenCanvas(Math.max(1, this.overview.width), Math.max(1, this.overview.height));
    const [context, width, height] = this.context(whole);
    const { colours, call } = this;
    const scale = width / call.seconds;
    context.fillStyle = colours["wave-ground"];
    context.fillRect(0, 0, width, height);
    for (let channel = 0; channel < call.channels; channel += 1) {
      this.drawSound(context, channel, [0, scale, width], [0, height - 3], colours.line);
    }
    for (const finding of call.findings) {
      const open = call.isOpen(finding.item_id);
      context.fillStyle = colours[finding.party];
      context.globalAlpha = finding.action === "mask" || open ? 0.9 : 0.35;
      const tall = open ? height - 3 : (height - 3) / 2;
      context.fillRect(finding.start * scale, open ? 0 : (height - 3) / 4, Math.max(1.5, (finding.end - finding.start) * scale), tall);
    }
    context.globalAlpha = 1;
    context.fillStyle = colours.good;
    for (const [start, end] of call.heard) context.fillRect(start * scale, height - 3, (end - start) * scale, 3);
    return whole;
  }

  // ---- pointers ----

  listen() {
    const { wave, overview } = this;
    wave.addEventListener("pointerdown", (event) => this.press(event));
    wave.addEventListener("pointermove", (event) => this.move(event));
    wave.addEventListener("pointerup", (event) => this.release(event));
    wave.addEventListener("pointercancel", () => { this.drag = null; this.draw(); });
    wave.addEventListener("wheel", (event) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) this.zoom(Math.exp(-event.deltaY / 200), this.time(event.offsetX));
      else this.moveTo(this.from + (Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY) / this.scale);
    }, { passive: false });
    const scrub = (event) => {
      if (!(event.buttons & 1) && event.type !== "pointerdown") return;
      const seconds = (event.offsetX / overview.clientWidth) * this.call.seconds;
      this.moveTo(seconds - this.seen / 2);
      this.tell("seek", { seconds: Math.min(this.call.seconds, Math.max(0, seconds)) });
    };
    overview.addEventListener("pointerdown", (event) => { overview.setPointerCapture(event.pointerId); scrub(event); });
    overview.addEventListener("pointermove", scrub);
    overview.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -5, ArrowRight: 5, PageUp: -30, PageDown: 30 }[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      this.tell("seek", { seconds: Math.min(this.call.seconds, Math.max(0, this.position + by)) });
      this.show(this.position, this.position);
    });
  }

  channelAt(y) {
    return Math.min(this.call.channels - 1, Math.max(0, Math.floor((y / (this.height - 16)) * this.call.channels)));
  }

  handleAt(x) {
    const finding = this.call.current;
    if (!finding) return null;
    const near = [["start", finding.start], ["end", finding.end]]
      .map(([edge, seconds]) => [edge, Math.abs(this.x(seconds) - x)])
      .sort((one, other) => one[1] - other[1])[0];
    return near[1] <= HANDLE ? near[0] : null;
  }

  press(event) {
    if (event.button !== 0) return;
    this.wave.setPointerCapture(event.pointerId);
    const edge = this.handleAt(event.offsetX);
    const finding = this.call.current;
    const began = this.time(event.offsetX);
    this.drag = edge
      ? { kind: "edge", edge, finding, start: finding.start, end: finding.end, x: event.offsetX }
      : { kind: "press", x: event.offsetX, began, channels: [this.channelAt(event.offsetY)] };
  }

  move(event) {
    const { drag } = this;
    if (!drag) {
      this.wave.style.cursor = this.handleAt(event.offsetX) ? "ew-resize" : "crosshair";
      return;
    }
    const seconds = this.time(event.offsetX);
    if (drag.kind === "edge") {
      if (drag.edge === "start") drag.start = Math.min(seconds, drag.end - 0.02);
      else drag.end = Math.max(seconds, drag.start + 0.02);
    } else if (drag.kind === "pick" || Math.abs(event.offsetX - drag.x) > DRAG) {
      drag.kind = "pick";
      [drag.start, drag.end] = [drag.began, seconds].sort((one, other) => one - other);
    }
    this.draw();
  }

  release(event) {
    const { drag } = this;
    this.drag = null;
    if (!drag) return;
    if (drag.kind === "pick") {
      this.call.pick({ start: drag.start, end: drag.end, channels: drag.channels, start_char: null, end_char: null });
    } else if (drag.kind === "edge") {
      const by = drag.edge === "start" ? drag.start - drag.finding.start : drag.end - drag.finding.end;
      if (Math.abs(by) > 0.004) this.tell("nudge", { edge: drag.edge, by });
    } else {
      this.click(event, drag.channels[0]);
    }
    this.draw();
  }

  click(event, channel) {
    const seconds = this.time(event.offsetX);
    const slack = 2 / this.scale;
    const hit = this.call.findings
      .filter((finding) => finding.channels.includes(channel) && finding.start - slack <= seconds && seconds <= finding.end + slack)
      .sort((one, other) => (one.end - one.start) - (other.end - other.start))[0];
    if (hit) this.call.select(hit.item_id, { play: true });
    else this.tell("seek", { seconds });
  }
}
