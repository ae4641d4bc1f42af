// The first seconds of a recording that a search has brought out, heard before it is attached. That it was heard goes on record.

const SILENT = "サーバーから返事がありません。もう一度押してください。";

let context = null;
let sounding = null; // what plays, and its button

function stop() {
  sounding?.source.stop();
  sounding = null;
}

async function listen(button) {
  const told = document.getElementById("found-told");
  const again = sounding?.button === button;
  stop();
  if (again) return;
  told.textContent = "録音を開いています…";
  try {
    const answer = await fetch(`/api${location.pathname}/listen`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content },
      body: JSON.stringify({ recording: button.dataset.listen }),
    });
    if (!answer.ok) {
      told.textContent = (await answer.json().catch(() => ({}))).message ?? SILENT;
      return;
    }
    context ??= new AudioContext();
    const source = new AudioBufferSourceNode(context, { buffer: await context.decodeAudioData(await answer.arrayBuffer()) });
    source.connect(context.destination);
    stop();
    sounding = { source, button };
    button.textContent = "■ 止める";
    source.addEventListener("ended", () => {
      button.textContent = "▶ 10秒聴く";
      if (sounding && sounding.source !== source) return;
      sounding = null;
      told.textContent = "聴いたことを記録しました。";
    });
    source.start();
    told.textContent = `初めの${Math.round(source.buffer.duration)}秒です。`;
  } catch {
    told.textContent = SILENT;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-listen]");
  if (button) listen(button);
});
