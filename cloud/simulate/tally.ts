import type { Body } from "../../src/event/event.ts";

/** What all simulated cameras together have done. */
export class Tally {
  said = 0;
  falls = 0;
  nearMisses = 0;
  /** Publishes that the broker acknowledged, those sent again among them. */
  published = 0;
  repeated = 0;
  overtaken = 0;
  outages = 0;
  /** Cameras without network at the moment. */
  away = 0;
  /** Events that wait for an acknowledgement. */
  waiting = 0;

  say(body: Body): void {
    this.said += 1;
    this.waiting += 1;
    if (body.type !== "fallChange") return;
    if (body.kind === "confirmed" || body.kind === "down") this.falls += 1;
    if (body.kind === "recovered") this.nearMisses += 1;
  }

  line(): string {
    const { said, falls, nearMisses, published, repeated, overtaken, outages, away, waiting } = this;
    const network = `${published} published (${repeated} twice, ${overtaken} overtaken), ${outages} outages`;
    return `${said} events: ${falls} falls, ${nearMisses} near misses · ${network} · ${away} cut off, ${waiting} wait`;
  }
}
