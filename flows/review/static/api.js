// Requests to the server: same origin, the CSRF token in a header, errors as one kind of exception.

const token = () => document.querySelector('meta[name="csrf-token"]').content;

export class ApiError extends Error {
  constructor(status, body) {
    super(body.message ?? "サーバーに届きませんでした。少し待って、もう一度試してください。");
    this.status = status;
    this.body = body;
  }

  get conflict() {
    return this.status === 409 && this.body.error === "conflict";
  }
}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new ApiError(0, {});
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401) {
    // After signing in again the person returns to this page, which has kept what they typed (kept.js).
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
  }
  if (!answer.ok) throw new ApiError(answer.status, body);
  return body;
}

export const get = (path) => ask(path);

export const post = (path, body = {}, more = {}) =>
  ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": token() },
    body: JSON.stringify(body),
    ...more,
  });
