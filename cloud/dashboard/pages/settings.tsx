import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { may } from "../lib/session.ts";
import { Empty } from "../parts/empty.tsx";
import type { PageProps } from "../routes.ts";
import { shell } from "../shell.words.ts";
import { settings } from "./settings.words.ts";
import { Audit } from "./settings-audit.tsx";
import { Escalation } from "./settings-escalation.tsx";
import { Notices } from "./settings-notices.tsx";
import { Password } from "./settings-password.tsx";
import { People } from "./settings-people.tsx";
import { Places } from "./settings-places.tsx";
import { Rotas } from "./settings-rotas.tsx";
import { Users } from "./settings-users.tsx";

interface Part {
  readonly name: keyof ReturnType<typeof settings>["parts"];
  readonly Part: ComponentType;
  readonly role: "operator" | "safety" | "admin";
}

const PARTS: readonly Part[] = [
  { name: "places", Part: Places, role: "safety" },
  { name: "people", Part: People, role: "safety" },
  { name: "rotas", Part: Rotas, role: "safety" },
  { name: "escalation", Part: Escalation, role: "safety" },
  { name: "notices", Part: Notices, role: "safety" },
  { name: "users", Part: Users, role: "admin" },
  { name: "audit", Part: Audit, role: "safety" },
  { name: "password", Part: Password, role: "operator" },
];

/** What people set; each sees the parts that the cloud lets them change. */
export default function Settings({ params }: PageProps) {
  const t = settings();
  const parts = PARTS.filter(({ role }) => may(role));
  const shown = parts.find(({ name }) => name === (params.part ?? parts[0]?.name));
  const nav = useRef<HTMLElement>(null);
  // On a phone the parts stand in a line that is longer than the screen.
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [shown?.name]);
  return (
    <>
      <header class="page-head">
        <h1>{t.title}</h1>
      </header>
      <div class="settings">
        <nav ref={nav} class="settings-nav" aria-label={t.title}>
          {parts.map(({ name }) => (
            <a key={name} href={`/settings/${name}`} aria-current={name === shown?.name ? "page" : undefined}>
              {t.parts[name]}
            </a>
          ))}
        </nav>
        <div class="settings-part">{shown ? <shown.Part /> : <Empty icon="search" title={shell().nothingHere} />}</div>
      </div>
    </>
  );
}
