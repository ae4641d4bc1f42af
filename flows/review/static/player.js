// The player: the whole call from any place, or one stretch; the original, or the copy with the present masks.

import { post } from "./api.js";

export class Player extends EventTarget {
  constructor(call, audio) {
    super();
    this.call = call;
    this.audio = audio;
    this.what = "original";
    this.offset = 0; // where in the call the loaded sound begins
    this.length = call.seconds;
    this.key = null; // which sound is loaded
    this.rate = 1;
    this.at = 0; // the position while nothing is loaded
    this.asked = 0;
    this.urls = new Map(); // of whole copies, for as long as the server keeps them
    audio.addEventListener("play", () => this.tell("state"));
    audio.addEventListener("pause", () => this.tell("state"));
    audio.addEventListener("ended", () => this.tell("state"));
    audio.addEventListener("timeupdate", () => this.tell("time"));
    audio.addEventListener("error", () => this.resume());
  }

  tell(name) {
    this.dispatchEvent(new Event(name));
  }

  get playing() {
    return !this.audio.paused && !this.audio.ended;
  }

  get position() {
    return this.key ? Math.min(this.call.seconds, this.offset + this.audio.currentTime) : this.at;
  }

  // Whether the whole call is loaded, and no stretch of it.
  get isWhole() {
    return this.length >= this.call.seconds - 0.01;
  }

  pause() {
    this.asked += 1;
    this.audio.pause();
  }

  setRate(rate) {
    this.rate = rate;
    this.audio.playbackRate = rate;
    this.audio.defaultPlaybackRate = rate; // which each load goes back to
    this.tell("state");
  }

  setWhat(what) {
    this.what = what;
    this.tell("state");
  }

  // A whole copy is requested once per number of decisions, a stretch every time: the audit log records both.
  async load(what, start = null, end = null) {
    const mine = ++this.asked;
    const key = `${what} ${what === "masked" ? this.call.count : ""} ${start ?? ""} ${end ?? ""}`;
    if (key !== this.key || start !== null) {
      const answer = await this.address(key, { what, start, end });
      if (mine !== this.asked) return false;
      this.key = null;
      await this.source(answer.url);
      if (mine !== this.asked) return false;
      this.key = key;
      this.offset = answer.start ?? start ?? 0;
      this.length = (answer.end ?? end ?? this.call.seconds) - this.offset;
      this.count = this.call.count;
    }
    return mine === this.asked;
  }

  async address(key, stretch) {
    const known = this.urls.get(key);
    if (known && known.until > Date.now()) return known;
    const answer = await post(`/api/calls/${this.call.call_id}/play`, stretch);
    answer.until = Date.now() + (answer.expires_in - 30) * 1000;
    if (stretch.start === null) this.urls.set(key, answer);
    return answer;
  }

  // The address of a long call expires while it plays: request a new one and continue.
  async resume() {
    if (!this.key || !this.audio.currentTime) return;
    const [at, what] = [this.position, this.key.split(" ")[0]];
    this.urls.clear();
    this.key = null;
    await this.playFrom(at, what).catch(() => this.tell("state"));
  }

  source(url) {
    return new Promise((resolve, reject) => {
      const done = (settle) => () => {
        this.audio.removeEventListener("loadedmetadata", good);
        this.audio.removeEventListener("error", bad);
        settle();
      };
      const good = done(resolve);
      const bad = done(() => reject(new Error("音声を読み込めませんでした。もう一度再生してください。")));
      this.audio.addEventListener("loadedmetadata", good);
      this.audio.addEventListener("error", bad);
      this.audio.src = url;
      this.audio.load();
    });
  }

  async playFrom(seconds, what = this.what) {
    this.at = seconds;
    try {
      if (!(await this.load(what))) return;
    } catch (error) {
      this.urls.clear();
      throw error;
    }
    this.audio.currentTime = Math.max(0, seconds - this.offset);
    await this.start();
  }

  async playStretch(start, end, what = this.what, around = this.call.around) {
    const from = Math.max(0, start - around);
    const to = Math.min(this.call.seconds, end + around);
    this.pause();
    this.at = from;
    if (!(await this.load(what, from, to))) return;
    await this.start();
  }

  async start() {
    try {
      await this.audio.play();
    } catch (error) {
      // Another request to play came before this sound had arrived.
      if (error.name !== "AbortError") throw error;
    }
  }

  seek(seconds) {
    const inside = this.key && seconds >= this.offset && seconds <= this.offset + this.length;
    const wasPlaying = this.playing;
    if (inside) {
      this.audio.currentTime = seconds - this.offset;
    } else {
      this.pause();
      this.key = null;
      this.at = seconds;
      this.audio.removeAttribute("src");
    }
    this.tell("time");
    return inside || !wasPlaying;
  }

  async toggle() {
    if (this.playing) {
      this.pause();
      return;
    }
    const stretch = this.key && !this.isWhole;
    const over = this.audio.ended || this.position >= this.call.seconds - 0.05;
    await this.playFrom(over && !stretch ? 0 : this.position);
  }
}
