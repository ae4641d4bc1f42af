// A visit: plays the released copies one at a time and reports what was played; ends when the server says so.

import { post } from "./api.js";
import { $, clock, h } from "./dom.js";

const TELL = 5; // seconds of playing between two reports
const JUMP = 0.8; // seconds: a greater step of the position was no listening
const ASK = 10; // seconds between two looks whether the visit lasts

const number = $("content").dataset.number;
const audio = $("audio");
const path = (step) => `/api/visits/${number}/${step}`;

let playing = null; // the call that is loaded
let last = null; // the position at the last tick
let stretches = []; // of the call `heardOf`, not reported yet
let heardOf = "";
let until = 0; // when the address of the loaded call expires

class Call {
  constructor(box) {
    this.id = box.dataset.call;
    this.button = box.querySelector(".play");
    this.word = box.querySelector(".word");
    this.place = box.querySelector(".place");
    this.time = box.querySelector(".time");
    this.at = 0;
    this.button.addEventListener("click", () => this.toggle().catch(fault));
    this.button.disabled = false; // until here a press would have been lost
    this.place.addEventListener("change", () => this.seek().catch(fault));
  }

  get on() {
    return playing === this && !audio.paused && !audio.ended;
  }

  async toggle() {
    if (this.on) {
      audio.pause();
      return;
    }
    const over = this.length && this.at >= this.length - 0.05;
    await this.play(over ? 0 : this.at);
  }

  async seek() {
    this.at = Number(this.place.value);
    if (playing === this) await this.play(this.at);
  }

  // Every start is asked for anew, so that the audit log has each of them before its sound.
  async play(from) {
    await report();
    const answer = await post(path("play"), { call_id: this.id, start: from });
    playing = this;
    last = null;
    until = Date.now() + (answer.expires_in - 30) * 1000;
    this.length = answer.seconds;
    this.place.max = answer.seconds;
    this.place.disabled = false;
    await source(answer.url);
    audio.currentTime = from;
    await audio.play();
    drawAll();
  }

  draw() {
    this.word.textContent = this.on ? "一時停止" : "再生";
    this.place.value = this.at;
    this.time.textContent = this.length ? `${clock(this.at, 0)} / ${clock(this.length, 0)}` : clock(0, 0);
  }
}

const calls = [...document.querySelectorAll(".player")].map((box) => new Call(box));

function drawAll() {
  calls.forEach((call) => call.draw());
}

function source(url) {
  return new Promise((resolve, reject) => {
    audio.onloadedmetadata = () => resolve();
    audio.onerror = () => reject(new Error("音声を読み込めませんでした。もう一度再生してください。"));
    audio.src = url;
    audio.load();
  });
}

function note(start, end) {
  heardOf = playing.id;
  const before = stretches.at(-1);
  if (before && Math.abs(before[1] - start) < 0.01) before[1] = end;
  else stretches.push([start, end]);
}

function tick() {
  if (!playing) return;
  const now = audio.currentTime;
  if (last !== null && now > last && now - last < JUMP) note(last, now);
  last = now;
  playing.at = now;
  playing.draw();
  if (stretches.reduce((sum, [start, end]) => sum + end - start, 0) >= TELL) report().catch(fault);
}

function stopped() {
  tick();
  last = null;
  drawAll();
  report().catch(fault);
}

async function report(more = {}) {
  const told = stretches.filter(([start, end]) => end > start);
  stretches = [];
  if (!told.length) return;
  try {
    const { played } = await post(path("heard"), { call_id: heardOf, stretches: told }, more);
    $("played").replaceChildren(...played.map(([at, what]) => h("li", {}, `${at} ${what}`)));
  } catch (error) {
    // Played but not recorded yet: sent with the next report.
    if (error.status === 0 || error.status >= 500) stretches.unshift(...told);
    throw error;
  }
}

// Whatever is refused ends the sound at once; a visit that is over is shown as such.
function fault(error) {
  if (error.name === "AbortError") return;
  silence();
  if (error.status === 404) {
    location.reload();
    return;
  }
  const box = $("notice");
  box.textContent = error.message;
  box.classList.add("bad");
  box.hidden = false;
}

function silence() {
  audio.pause();
  audio.removeAttribute("src");
  audio.load();
  playing = null;
  last = null;
  drawAll();
}

async function lasts() {
  if (!playing) return;
  const answer = await fetch(audio.src, { headers: { Range: "bytes=0-0" } }).catch(() => null);
  if (answer && answer.status === 404) {
    const call = playing;
    // The address has run out while the visit lasts, or the visit is over.
    if (Date.now() < until) fault({ status: 404 });
    else if (call.on) await call.play(call.at);
  }
}

audio.addEventListener("timeupdate", tick);
audio.addEventListener("pause", stopped);
audio.addEventListener("ended", stopped);
setInterval(() => lasts().catch(fault), ASK * 1000);

$("end").addEventListener("submit", async (event) => {
  event.preventDefault();
  audio.pause();
  await report().catch(() => {});
  silence();
  event.target.submit();
});
addEventListener("pagehide", () => { audio.pause(); report({ keepalive: true }).catch(() => {}); });
drawAll();
