import { Icon, type IconName } from "./icon.tsx";
import { common } from "./words.ts";

export type Supervision = "armed" | "degraded" | "blind" | "fault" | "unknown" | "silent";
const ICONS: Record<Supervision, IconName> = {
  armed: "armed",
  degraded: "degraded",
  blind: "blind",
  fault: "fault",
  unknown: "lost",
  silent: "lost",
};

/** The state of a camera: shape and word say it, colour only underlines it. */
export function StateBadge({ state }: { readonly state: Supervision }) {
  return (
    <span class="badge" data-state={state}>
      <Icon name={ICONS[state]} />
      {common().supervision[state]}
    </span>
  );
}

interface Judged {
  readonly severity: "fall" | "nearMiss" | "suspected";
  readonly state: "active" | "acknowledged" | "cleared";
}

/** What an incident is; red only while a fall waits for somebody. */
export function SeverityBadge({ severity, state }: Judged) {
  return (
    <span class="badge" data-severity={severity} data-open={state !== "cleared"} data-active={state === "active"}>
      <Icon name={severity} />
      {common().severity[severity]}
    </span>
  );
}
