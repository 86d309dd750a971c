// What the page asks the server. Both ways of failing are told apart: no answer, and a refusal.

export class Gone extends Error {}

export class Refused extends Error {
  constructor(status, message, hint) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** The JSON at a path. Throws Gone, Refused, or AbortError when `signal` says so. */
export async function ask(path, signal) {
  let reply;
  let content;
  try {
    reply = await fetch(path, { signal });
    content = await reply.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Gone("The server does not answer any more.");
  }
  if (!reply.ok) throw new Refused(reply.status, content.error, content.hint);
  return content;
}
