// What was really heard of the call and of its masked copy, whoever plays it for what; told to the server in larger pieces.

import { post } from "./api.js";

const TELL = 15; // seconds of listening between two reports
const JUMP = 0.5; // seconds: a greater step of the position was no listening

export class Heard {
  constructor(call, player, listen) {
    Object.assign(this, { call, player, listen, pending: { original: [], masked: [] }, last: null });
    for (const name of ["time", "state"]) player.addEventListener(name, () => this.tick());
    addEventListener("pagehide", () => this.report({ keepalive: true }));
  }

  tick() {
    const { player } = this;
    const now = player.position;
    const what = player.key?.split(" ")[0];
    // Listening through reports what it plays by itself.
    const counts = what && this.key === player.key && !(what === "masked" && this.listen.on);
    if (counts && this.last !== null && now > this.last && now - this.last < JUMP + JUMP * player.rate) this.note(this.pending[what], this.last, now);
    this.key = player.key;
    this.last = player.playing ? now : null;
    if (this.seconds >= TELL) this.report();
  }

  note(stretches, start, end) {
    const last = stretches.at(-1);
    if (last && Math.abs(last[1] - start) < 0.01) last[1] = end;
    else stretches.push([start, end]);
  }

  get seconds() {
    return Object.values(this.pending).flat().reduce((sum, [start, end]) => sum + end - start, 0);
  }

  // Stretches of the call itself that anybody has heard, those included that are not reported yet.
  get original() {
    return [...(this.call.read ?? []), ...this.pending.original].sort((one, other) => one[0] - other[0]);
  }

  // One report after the other, so that whoever waits for it knows what was heard.
  report(how = {}) {
    this.sent = (this.sent ?? Promise.resolve()).then(() => this.send(how));
    return this.sent;
  }

  async send(how) {
    for (const what of ["original", "masked"]) {
      const stretches = this.pending[what].map(([start, end]) => [Math.round(start * 1000) / 1000, Math.round(end * 1000) / 1000]);
      this.pending[what] = [];
      if (!stretches.length) continue;
      try {
        const count = Math.min(this.player.count ?? this.call.count, this.call.count);
        Object.assign(this.call, await post(`/api/calls/${this.call.call_id}/heard`, { count, what, stretches }, how));
        this.call.tell("heard");
      } catch (error) {
        // Heard but not recorded yet: sent with the next report.
        if (error.status === 0 || error.status >= 500) this.pending[what].unshift(...stretches);
      }
    }
  }
}
