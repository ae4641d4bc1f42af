// Listening through: plays the masked copy at 1.5×, skips silences, and reports what was heard to the server.

import { post } from "./api.js";
import { $, clock, h, say } from "./dom.js";

const RATE = 1.5;
const TELL = 5; // seconds of listening between two reports
const JUMP = 0.3; // seconds: a greater step of the position was no listening

export class Listen {
  constructor(call, player, notice) {
    Object.assign(this, { call, player, notice, on: false, stretches: [], last: null });
    player.addEventListener("time", () => this.tick());
    player.addEventListener("state", () => { if (this.on && !player.playing) this.paused(); });
    call.addEventListener("changed", () => this.draw());
    this.draw();
  }

  toggle() {
    return this.on ? this.stop() : this.start();
  }

  async start() {
    this.on = true;
    this.before = [this.player.what, this.player.rate];
    this.player.setWhat("masked");
    this.player.setRate(RATE);
    this.last = this.next();
    $("listen-bar").hidden = false;
    this.draw();
    say("聞き通しを始めます");
    try {
      await this.player.playFrom(this.last, "masked");
    } catch (error) {
      this.notice.show("bad", [h("p", {}, error.message)]);
      await this.stop();
    }
  }

  // The start of the first stretch that nobody has heard.
  next() {
    let at = 0;
    for (const [start, end] of [...this.call.heard, ...this.call.silences].sort((one, other) => one[0] - other[0])) {
      if (start > at + 0.05) break;
      at = Math.max(at, end);
    }
    return at >= this.call.seconds - 0.05 ? 0 : at;
  }

  async stop() {
    if (!this.on) return;
    this.on = false;
    this.player.pause();
    this.player.setWhat(this.before[0]);
    this.player.setRate(this.before[1]);
    $("listen-bar").hidden = true;
    await this.report();
  }

  tick() {
    if (!this.on || !this.player.key?.startsWith("masked") || !this.player.playing) return;
    const now = this.player.position;
    if (this.last !== null && now > this.last && now - this.last < JUMP * RATE * 2 + 0.5) this.note(this.last, now);
    this.last = now;
    const silence = this.call.silences.find(([start, end]) => start <= now && now < end - 0.2);
    const heard = this.heardAt(now);
    const to = silence?.[1] ?? heard;
    if (to && to < this.call.seconds) {
      this.player.seek(to);
      this.last = to;
    }
    if (this.stretches.reduce((sum, [start, end]) => sum + end - start, 0) >= TELL) this.report();
    this.draw();
  }

  // The end of a stretch that was heard before, if it is long enough to skip.
  heardAt(now) {
    const known = this.call.heard.find(([start, end]) => start <= now && now < end - 1);
    return known?.[1];
  }

  note(start, end) {
    const last = this.stretches.at(-1);
    if (last && Math.abs(last[1] - start) < 0.01) last[1] = end;
    else this.stretches.push([start, end]);
  }

  async paused() {
    if (this.player.audio.ended && this.last !== null) this.note(this.last, this.call.seconds);
    this.last = null;
    await this.report();
    if (this.player.audio.ended && this.on) {
      await this.stop();
      say(this.call.left > 0 ? `まだ ${clock(this.call.left, 0)} 聞いていない所があります` : "最後まで聞きました");
    }
  }

  async report() {
    const stretches = this.stretches.map(([start, end]) => [Math.round(start * 1000) / 1000, Math.round(end * 1000) / 1000]);
    this.stretches = [];
    if (!stretches.length) return;
    try {
      const { heard, left } = await post(`/api/calls/${this.call.call_id}/heard`, { count: this.player.count ?? this.call.count, stretches });
      Object.assign(this.call, { heard, left });
      this.call.tell("heard");
      this.draw();
    } catch (error) {
      // Heard but not recorded yet: sent with the next report.
      if (error.status === 0 || error.status >= 500) this.stretches.unshift(...stretches);
      else this.notice.show("warn", [h("p", {}, error.message)]);
    }
  }

  draw() {
    const { call } = this;
    const silent = call.silences.reduce((sum, [start, end]) => sum + end - start, 0);
    const whole = Math.max(0.001, call.seconds - silent);
    const left = call.left ?? whole;
    $("listen-progress").value = Math.min(1, Math.max(0, 1 - left / whole));
    $("listen-left").textContent = left > 0.05 ? `残り ${clock(left, 0)}` : "すべて聞きました";
  }
}
