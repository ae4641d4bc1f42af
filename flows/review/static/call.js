// The call page: loads the call, creates its parts, and keeps them in sync.

import { Actions } from "./actions.js";
import { get, post } from "./api.js";
import { Dialogs } from "./dialogs.js";
import { $, clock, h, kbd } from "./dom.js";
import { Findings } from "./findings.js";
import { Heard } from "./heard.js";
import { keyTable, listenToKeys } from "./keys.js";
import { Listen } from "./listen.js";
import { Call } from "./model.js";
import { Notice } from "./notice.js";
import { Player } from "./player.js";
import { Reading } from "./reading.js";
import { Transcript } from "./transcript.js";
import { Voices } from "./voices.js";
import { Waveform } from "./waveform.js";
import { Words } from "./words.js";

const BEAT = 20_000; // milliseconds between two signs that the page is open
const NEAR = 1; // seconds: a finding this near to a time in the address is selected
const FINE = 1200; // seconds: a call up to this long gets a finer waveform

const main = $("content");
const id = main.dataset.call;
const notice = new Notice();

async function begin() {
  // Both requests at once, so that the words can be read before the waveform has arrived.
  const coming = get(`/api/calls/${id}/peaks?per_second=${Number(main.dataset.seconds || FINE) < FINE ? 50 : 20}`);
  coming.catch(() => {}); // told below, where it is awaited
  const call = new Call(await get(`/api/calls/${id}`));
  Object.defineProperty(call, "mayDecide", { get: () => call.me.can.decide && call.state === "in_review" });
  const player = new Player(call, $("audio"));
  const dialogs = new Dialogs(call);
  const actions = new Actions(call, player, dialogs, notice);
  const transcript = new Transcript(call);
  const words = new Words(call, actions, transcript);
  const voices = new Voices(call, actions, words);
  new Findings(call, actions, voices);
  const listen = new Listen(call, player, notice);
  actions.heard = new Heard(call, player, listen);
  const reading = new Reading(call, player, words, actions.heard);
  words.reading = reading;
  drawEnds(call, actions, words);
  for (const name of ["changed", "heard"]) call.addEventListener(name, () => drawEnds(call, actions, words));
  const wave = new Waveform(call, await coming);
  wire({ call, player, dialogs, actions, transcript, listen, reading, words, voices, wave });
  main.setAttribute("aria-busy", "false");
  performance.mark("kaiji-open");
  beat(call, actions);
  if (call.checking) actions.follow(call).catch((error) => actions.trouble(error, () => actions.complete()));
}

function wire(parts) {
  const { call, player, dialogs, actions, transcript, listen, wave, words } = parts; // and voices, for the keys
  const go = (seconds) => {
    player.seek(seconds);
    transcript.standOn(call.segments[transcript.segmentAt(seconds)]?.start_char);
    show();
  };
  const show = () => {
    wave.setPosition(player.position, player.playing);
    transcript.setPosition(player.position, player.playing);
    if (player.playing && player.isWhole && !words.editing) transcript.follow(player.position);
    $("time").textContent = `${clock(player.position)} / ${clock(call.seconds)}`;
  };
  let framing = 0;
  const frame = () => {
    show();
    framing = player.playing ? requestAnimationFrame(frame) : 0;
  };
  player.addEventListener("state", () => {
    $("play-face").textContent = player.playing ? "❚❚" : "▶";
    $("play-word").textContent = player.playing ? "停止" : "再生";
    for (const what of ["original", "masked"]) $(`what-${what}`).setAttribute("aria-pressed", String(what === player.what));
    $("rate").value = String(player.rate);
    if (!framing) frame();
  });
  player.addEventListener("time", show);
  actions.space = () => {
    if (player.playing) player.pause();
    else if (call.picked) actions.playOne(call.picked);
    else actions.playStretch(player.what);
  };
  actions.finish = () => (call.complete ? (call.me.can.approve ? actions.approve() : null) : actions.complete());
  call.addEventListener("selected", ({ detail }) => {
    const finding = call.current;
    if (!finding) return;
    wave.show(finding.start - 1, finding.end + 1);
    if (detail.play && $("auto-play").checked && !listen.on && !parts.reading.on && !dialogs.open) actions.playStretch("original");
  });
  call.addEventListener("picked", () => drawPicked(call));
  wave.addEventListener("seek", ({ detail }) => go(detail.seconds));
  wave.addEventListener("nudge", ({ detail }) => actions.nudge(`nudge_${detail.edge}`, detail.by));
  transcript.addEventListener("play", ({ detail }) => actions.play(() => player.playFrom(detail.seconds)));
  const word = (by, choose) => {
    const found = transcript.stepWord(by, choose, player.position);
    if (!found || choose || player.playing) return;
    player.seek(found.start);
    show();
  };
  openThere(call, go);
  buttons(parts, show);
  listenToKeys(keyTable({ ...parts, word }), dialogs);
  $("overview").setAttribute("aria-valuemax", call.seconds.toFixed(1));
  show();
}

// An address with a time, as in #at=12.30, opens the call there: at the nearest finding, where one is near.
function openThere(call, go) {
  const at = Number(new URLSearchParams(location.hash.slice(1)).get("at") ?? NaN);
  if (!(at >= 0 && at <= call.seconds)) return;
  const apart = ({ start, end }) => Math.max(start - at, at - end, 0);
  const [nearest] = [...call.findings].sort((one, other) => apart(one) - apart(other));
  if (nearest && apart(nearest) <= NEAR) call.select(nearest.item_id);
  go(at);
}

function buttons(parts, show) {
  const { call, player, dialogs, actions, listen, reading, wave, words } = parts;
  const on = (name, run) => $(name).addEventListener("click", run);
  on("play", () => actions.play(() => player.toggle()));
  for (const what of ["original", "masked"]) {
    on(`what-${what}`, () => {
      player.setWhat(what);
      if (player.playing) actions.play(() => player.playFrom(player.position));
      else player.seek(player.position);
    });
  }
  $("rate").addEventListener("change", (event) => player.setRate(Number(event.target.value)));
  on("zoom-in", () => wave.zoom(1.6));
  on("zoom-out", () => wave.zoom(1 / 1.6));
  on("listen", () => listen.toggle());
  on("listen-stop", () => listen.stop());
  on("read-on", () => { words.close(); });
  on("read-stop", () => { words.close(); reading.stop(); });
  on("help", () => dialogs.help(keyTable({ ...parts, word: () => {} })));
  on("picked-add", () => actions.add());
  on("picked-edit", () => words.edit());
  on("picked-play", () => actions.playOne(call.picked));
  on("picked-drop", () => call.pick(null));
  const auto = $("auto-play");
  auto.checked = localStorage.getItem("kaiji-auto-play") !== "no";
  auto.addEventListener("change", () => localStorage.setItem("kaiji-auto-play", auto.checked ? "yes" : "no"));
  show();
}

function drawPicked(call) {
  const { picked } = call;
  $("picked-bar").hidden = !picked;
  if (!picked) return;
  const text = picked.start_char === null ? "" : `「${call.slice(picked.start_char, picked.end_char)}」 `;
  $("picked-what").textContent = `${text}${clock(picked.start, 2)} – ${clock(picked.end, 2)}`;
}

// Which of completion, approval and reopening this person may do now.
function drawEnds(call, actions, words) {
  $("state").textContent = call.complete && call.state === "in_review" ? "承認待ち" : call.state_label;
  $("listen").classList.toggle("wanted", Boolean(call.listen_through) && call.left > 0);
  const open = call.undecided.length;
  const { can } = call.me;
  const parts = [];
  if (call.checking) {
    parts.push(h("span", { class: "chip accent" }, "伏せた写しを確かめています"));
  } else if (call.state === "in_review" && !call.complete && can.decide) {
    const todo = [open ? `問い ${call.questions}` : null, call.unconfirmed.length ? `二人目待ち ${call.unconfirmed.length}` : null,
      call.must_read && !call.read_at ? "文字起こし 未読" : null,
      call.listen_through && call.left > 0 ? `聞き通し 残り ${clock(call.left, 0)}` : null].filter(Boolean);
    if (!call.read_at) parts.push(h("button", { id: "read", class: "quiet", title: "文字起こしを読み終えた" }, "読み終えた ", kbd("Y")));
    parts.push(h("span", { class: "small muted" }, todo.join(" ・ ") || "すべて決まりました"),
      h("button", { class: todo.length ? "" : "main", id: "complete", onclick: () => actions.complete() }, "確認を終える ", kbd("Enter")));
  }
  if (call.complete && call.state === "in_review") {
    parts.push(h("span", { class: "small", title: "決め直すと、もう一度確認を終えることになります" }, "確認は終わりました。"));
    if (can.approve) parts.push(h("button", { class: "main", id: "approve", onclick: () => actions.approve() }, "承認する"));
    else parts.push(h("span", { class: "chip accent" }, "承認者を待っています"), nextCall("main"));
  }
  if (call.state === "approved") {
    parts.push(h("span", { class: "small" }, "承認されています。"), h("button", { id: "reopen", onclick: () => actions.reopen() }, "確認に戻す"));
    if (can.approve) parts.push(h("a", { class: "button main", href: `/ledger/${call.request}` }, "開示の手続きへ"));
    parts.push(nextCall(can.approve ? "" : "main"));
  }
  $("done-bar").replaceChildren(...parts);
  $("read")?.addEventListener("click", () => words.read());
  const read = call.read_at && new Date(call.read_at).toLocaleDateString("ja-JP", { timeZone: "Asia/Tokyo", month: "numeric", day: "numeric" });
  $("proof").textContent = read ? `${read} 校正済み` : "未校正";
  $("proof").className = `chip ${read ? "" : "warn"}`;
}

// Leads on to the next call that is this person's; to the list where there is none.
function nextCall(rank) {
  const link = h("a", { class: `button ${rank}`, id: "next-call", href: "/calls" }, "通話の一覧へ");
  get("/api/calls").then(({ next }) => {
    if (!next || next === id) return;
    link.href = `/calls/${next}`;
    link.textContent = "次の通話へ";
  }, () => {}); // the list is always there
  return link;
}

// Reports to the server that the page is open, and learns who else has it open.
function beat(call, actions) {
  const once = async () => {
    try {
      const now = await post(`/api/calls/${id}/open`);
      const others = now.open_by.filter((name) => name !== call.me.name);
      $("others").hidden = !others.length;
      $("others").textContent = `${others.join("、")}も開いています`;
      if (now.count !== call.count || now.state !== call.state) await seeOthers(call, actions);
    } catch {
      // The next report tries again; a decision that cannot be sent shows its own error.
    }
  };
  once();
  setInterval(once, BEAT);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) once(); });
  addEventListener("pagehide", () => { post(`/api/calls/${id}/close`, {}, { keepalive: true }).catch(() => {}); });
}

async function seeOthers(call, actions) {
  const before = call.count;
  await actions.queue(() => actions.refresh());
  const theirs = call.decisions.filter((decision) => decision.number > before && decision.reviewer !== call.me.name);
  if (!theirs.length) return;
  const names = [...new Set(theirs.map((decision) => decision.reviewer))].join("、");
  notice.show("warn", [h("p", {}, `${names}がこの通話を決めています(${theirs.length}件)。画面に反映しました。`),
    h("ul", { class: "theirs" }, theirs.slice(-5).map((decision) => actions.told(decision)))]);
}

begin().catch((error) => {
  main.setAttribute("aria-busy", "false");
  notice.show("bad", [h("p", {}, error.message)]);
  throw error;
});
