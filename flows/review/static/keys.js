// The keys: one table, used by the handler and by the overlay that explains them.

import { PARTY_ORDER } from "./findings.js";

export function keyTable({ call, actions, player, wave, listen, reading, dialogs, words, voices, word }) {
  const key = (codes, shown, word_, run) => ({ codes, shown, word: word_, run });
  const table = [
    key(["KeyJ", "ArrowDown"], ["J", "↓"], "次の所へ", () => call.step(1)),
    key(["KeyK", "ArrowUp"], ["K", "↑"], "前の所へ", () => call.step(-1)),
    key(["KeyN"], ["N"], "次の未決へ", () => call.nextOpen()),
    key(["Space"], ["Space"], "前後1秒をつけて聴く・止める", () => actions.space()),
    key(["KeyP"], ["P"], "伏せた音で聴く", () => actions.playStretch("masked")),
    key(["KeyO"], ["O"], "そこから続けて聴く・止める", () => actions.play(() => player.toggle())),
    key(["KeyF"], ["F"], "伏せる", () => actions.mask()),
    key(["KeyD"], ["D"], "残す(出す)", () => actions.keep()),
    ...PARTY_ORDER.map((party, index) => key([`Digit${index + 1}`, `Numpad${index + 1}`], index ? [] : ["1", "…", "5"],
      index ? "" : `だれの：${PARTY_ORDER.map((one) => call.partyNames[one]).join("・")}`, () => actions.party(party))),
    key(["KeyG"], ["G"], "根拠を変える(1号→2号→3号)", () => actions.ground()),
    key(["KeyQ"], ["Q", "W"], "始まりを50ミリ秒 前へ・後へ", () => actions.nudge("nudge_start", -0.05)),
    key(["KeyW"], [], "", () => actions.nudge("nudge_start", 0.05)),
    key(["KeyE"], ["E", "R"], "終わりを50ミリ秒 前へ・後へ", () => actions.nudge("nudge_end", -0.05)),
    key(["KeyR"], [], "", () => actions.nudge("nudge_end", 0.05)),
    key(["KeyS"], ["S"], "再生位置で二つに分ける", () => actions.split()),
    key(["KeyT"], ["T"], "同じ人をまとめて決める", () => actions.same()),
    key(["KeyB"], ["B"], "似た音を探す", () => actions.similar()),
    key(["KeyM"], ["M"], "いつも伏せる・いつも残す語の一覧に加える", () => actions.listWord()),
    key(["ArrowLeft", "ArrowRight"], ["←", "→"], "前・次の言葉へ(Shift で選ぶ)", (event) =>
      word(event.code === "ArrowLeft" ? -1 : 1, event.shiftKey)),
    key(["KeyA"], ["A"], "選んだ所を伏せる所に加える", () => actions.add()),
    key(["KeyC"], ["C"], "選んだ言葉・行の言葉を直す", () => words.edit()),
    key(["KeyX"], ["X"], "言葉の前で行を分ける・行の頭なら前の行とつなぐ", () => words.breakOrJoin()),
    key(["KeyH"], ["H"], "行の話者を変える(Shift で第三の話者にする)", (event) => words.speaker(words.line, event.shiftKey)),
    key(["KeyV"], ["V"], "担当者とお客様を通話の全体で入れ替える", () => words.turnSides()),
    key(["KeyU"], ["U"], "第三の話者の声を、文字だけ・対面で聞かせる・ほかの人の声とする", () => voices.choose()),
    key(["KeyY"], ["Y"], "文字起こしを読み通す・読み終えた", () => (reading.on ? reading.goOn() : words.read())),
    key(["KeyZ"], ["Z"], "取り消す(Shift でやり直す)", (event) => (event.shiftKey ? actions.redo() : actions.undo())),
    key(["KeyL"], ["L"], "聞き通しを始める・やめる", () => listen.toggle()),
    key(["Equal", "NumpadAdd", "Semicolon"], ["+", "−"], "波形を拡大・縮小", () => wave.zoom(1.6)),
    key(["Minus", "NumpadSubtract"], [], "", () => wave.zoom(1 / 1.6)),
    key(["Enter"], ["Enter"], "確認を終える", () => actions.finish()),
    key(["Escape"], ["Esc"], "選択・聞き通し・読み通しをやめる", () => (listen.on ? listen.stop() : reading.on ? reading.stop() : call.pick(null))),
    { characters: ["?", "？"], codes: [], shown: ["?"], word: "この一覧", run: () => dialogs.help(table) },
  ];
  return table;
}

export function listenToKeys(table, dialogs) {
  const codes = new Map(table.flatMap((entry) => entry.codes.map((code) => [code, entry])));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || dialogs.open) return;
    const { target } = event;
    if (target.matches("input:not([type=checkbox]), textarea, select")) return;
    // A focused button or link keeps its own meaning of these keys.
    if (target.matches("button, a, summary, input") && ["Space", "Enter"].includes(event.code)) return;
    // By the key's position, so that it also works while a kana input method is on.
    const entry = table.find(({ characters }) => characters?.includes(event.key)) ?? codes.get(event.code);
    if (!entry) return;
    event.preventDefault();
    entry.run(event);
  });
  // What was clicked loses the focus, so that it does not capture the keys.
  document.addEventListener("click", (event) => {
    if (event.detail > 0) event.target.closest?.("button, summary, input[type=checkbox]")?.blur();
  });
}
