// Files of a form: their bytes go into a hidden field, so that neither a name nor a path is sent along.

const BASE64_ROOM = 180_000; // Bytes of a file: in Base64 it has to fit into what a form may hold.

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_");
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const chosen = form.querySelector("input[type=file]");
  const told = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = chosen.files[0];
    if (!file) return;
    if (file.size > BASE64_ROOM) {
      told.textContent = "ファイルが大きすぎます(180 kB まで)。分けるか、端末で取り込んでください。";
      return;
    }
    form.elements.kind.value = file.name.split(".").pop().toLowerCase();
    form.elements.content.value = base64(new Uint8Array(await file.arrayBuffer()));
    form.submit();
  });
}
