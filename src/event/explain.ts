import type { FallChange } from "./event.ts";

/** Why a change happened, as one sentence for people, from the numbers that travelled. */
export function explain(change: FallChange): string {
  const { why } = change;
  if (why.text !== "") return why.text;
  const parts = [`${why.votes} of ${why.asked} frames`];
  parts.push(change.kind === "suspected" ? `fall ${percent(why.fall)}` : `fallen ${percent(why.fallen)}`);
  parts.push(`lying ${percent(why.lying)}`);
  if (Number.isFinite(why.torsoAngle)) parts.push(`torso ${why.torsoAngle}° from vertical`);
  if (Number.isFinite(why.dropSpeed)) parts.push(`hips moving down ${why.dropSpeed.toFixed(1)} picture heights/s`);
  parts.push(`${why.visible} of 17 keypoints visible`);
  return parts.join(", ");
}

const percent = (probability: number) => `${Math.round(probability * 100)} %`;
