/** Sends one action to the device. Resolves to undefined, or to the reason and remedy when it was refused. */
export async function act(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-spotter": "1" },
      body: JSON.stringify(body),
    });
    if (answer.ok) return undefined;
    const { code, message, remedy } = await answer.json();
    if (code === "refused") return `${message[0].toUpperCase()}${message.slice(1)}.`;
    return `${message[0].toUpperCase()}${message.slice(1)}. ${remedy[0].toUpperCase()}${remedy.slice(1)}.`;
  } catch {
    return "The device did not answer. Check the connection and try again.";
  }
}
