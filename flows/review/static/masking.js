// How far the calls are that are being masked behind the page; nothing that is being written is disturbed.

const ASK_MS = 2000;
const told = document.getElementById("masking-told");
const bar = document.getElementById("masking-share");
const calls = document.getElementById("masking-calls");
let done = null;

async function ask() {
  let now;
  try {
    const answer = await fetch("/api/masking", { credentials: "same-origin" });
    if (answer.status === 401) return location.reload();
    now = await answer.json();
  } catch {
    return setTimeout(ask, ASK_MS); // the page may be starting again
  }
  if (!now.running) return location.assign("/requests");
  told.textContent = now.told;
  bar.value = now.share;
  // A call that has ended is said aloud; the percents of a bar are not.
  if (done !== null && done !== now.done) calls.textContent = `${now.done}件が終わりました。`;
  done = now.done;
  return setTimeout(ask, ASK_MS);
}

ask();
