// Files of a form: their bytes go into a hidden field, so that neither a name nor a path is sent along.

const BASE64_ROOM = 180_000; // Bytes of a file: in Base64 it has to fit into what a form may hold.

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_");
}

// Puts the chosen file into the form; says why not, and returns whether it is there.
export async function takeFile(form) {
  const file = form.querySelector("input[type=file]").files[0];
  const told = form.querySelector("[role=alert]");
  told.textContent = !file || file.size <= BASE64_ROOM ? "" : "ファイルが大きすぎます(180 kB まで)。分けるか、端末で取り込んでください。";
  if (!file || told.textContent) return false;
  form.elements.namedItem("kind").value = file.name.split(".").pop().toLowerCase();
  form.elements.namedItem("content").value = base64(new Uint8Array(await file.arrayBuffer()));
  return true;
}
