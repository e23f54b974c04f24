/** What this browser remembers of its viewer's choices; nothing else is kept here. */
export function recall<Choice extends string>(name: string, choices: readonly Choice[], otherwise: Choice): Choice {
  try {
    const kept = localStorage.getItem(`spotter.${name}`);
    return choices.find((choice) => choice === kept) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Forgets nothing worse than a choice where the browser keeps no storage. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`spotter.${name}`, value);
  } catch {}
}
