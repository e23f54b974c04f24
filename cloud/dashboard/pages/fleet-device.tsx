import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../lib/api.ts";
import { millis, moment, number, percent, span } from "../lib/format.ts";
import { useLoad } from "../lib/load.ts";
import { StateBadge } from "../parts/badge.tsx";
import { Ago } from "../parts/time.tsx";
import { common } from "../parts/words.ts";
import { fleet } from "./fleet.words.ts";
import { type Camera, type Device, missing, stateOf } from "./fleet-state.ts";

/** Events that wait longer than this are stuck, ms. */
const STUCK_MS = 60_000;

/** How long each camera of a device was blind in the last 24 hours, ms by name. */
export type Blind = ReadonlyMap<string, number> | undefined;

/** Read when the device comes into sight, and again when a camera of it changes its state: a long list asks for little. */
export function useBlind({ device, cameras }: Device, element: { readonly current: Element | null }): Blind {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      setSeen(true);
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  const states = cameras.map(({ state }) => state.wallMs).join();
  const { data } = useLoad(
    async (signal) => (seen ? call("GET /api/devices/:device/blind", { params: { device }, signal }) : undefined),
    { deps: [device, states, seen] },
  );
  return data && new Map(data.cameras.map(({ camera, blindMs }) => [camera, blindMs]));
}

/** One device with its cameras. */
export function DeviceCard({ device, budgetMs }: { readonly device: Device; readonly budgetMs: number }) {
  const t = fleet();
  const article = useRef<HTMLElement>(null);
  const blind = useBlind(device, article);
  return (
    <article ref={article} class="card device" data-silent={device.silent}>
      <header class="device-head">
        <h2>{device.device}</h2>
        <span class="soft">{device.site}</span>
        <Heard of={device} />
      </header>
      {device.cameras.length === 0 && <p class="soft">{t.noCameras}</p>}
      <ul class="device-cameras" aria-label={t.cameras(device.device)}>
        {device.cameras.map((camera) => (
          <li key={camera.camera}>
            <div class="camera-head">
              <b>{camera.camera}</b>
              <StateBadge state={stateOf(device, camera)} />
            </div>
            <Reason of={camera} />
            <Latency of={camera} budgetMs={budgetMs} />
            <p class="camera-facts">
              <BlindTime ms={blind?.get(camera.camera)} long />
              <Decided of={camera} />
            </p>
          </li>
        ))}
      </ul>
      <Facts of={device} />
    </article>
  );
}

/** When anything was last heard of it, and whether the broker holds a connection. */
export function Heard({ of: { heardAt, silent, presence } }: { readonly of: Device }) {
  const t = fleet();
  return (
    <span class="heard" data-silent={silent}>
      {silent && <StateBadge state="silent" />}
      {heardAt === undefined ? t.never : <Ago at={heardAt} />}
      {presence && !presence.online && <span class="soft">{t.offline}</span>}
    </span>
  );
}

export function Reason({ of: { state, reason } }: { readonly of: Camera }) {
  if (state.value === "armed" || !reason?.value) return null;
  return <p class="camera-reason">{reason.value}</p>;
}

/** How long decisions take against what they may take: half of them, and 99 of 100. */
export function Latency({ of: { health }, budgetMs }: { readonly of: Camera; readonly budgetMs: number }) {
  const t = fleet();
  const { decisionP50Ms: p50 = null, decisionP99Ms: p99 = null } = health?.value ?? {};
  if (p50 === null || p99 === null) return <p class="latency soft">{t.notMeasured}</p>;
  const over = p99 > budgetMs;
  const whole = Math.max(budgetMs * 1.25, p99);
  const share = (ms: number) => `${(100 * ms) / whole}%`;
  return (
    <div class="latency" data-over={over}>
      <span class="latency-bar" aria-hidden="true">
        <span class="latency-p99" style={{ width: share(p99) }} />
        <span class="latency-p50" style={{ width: share(p50) }} />
        <span class="latency-budget" style={{ insetInlineStart: share(budgetMs) }} />
      </span>
      <span class="latency-text">
        {t.latencyLong(millis(p50), millis(p99), millis(budgetMs))}
        {over && <b> {t.over}</b>}
      </span>
    </div>
  );
}

export function BlindTime({ ms, long = false }: { readonly ms: number | undefined; readonly long?: boolean }) {
  if (ms === undefined) return <span class="soft">…</span>;
  const text = span(ms);
  return <span data-warn={ms > 0}>{long ? fleet().blindLong(text) : text}</span>;
}

function Decided({ of: { health } }: { readonly of: Camera }) {
  const frames = Object.entries(health?.value.frames ?? {});
  const all = frames.reduce((sum, [, count]) => sum + count, 0);
  if (all === 0) return null;
  return <span>{`${fleet().decided} ${percent((health?.value.frames.decided ?? 0) / all)}`}</span>;
}

/** What waits on the device to be sent. */
export function Queue({ of: { heartbeat } }: { readonly of: Device }) {
  const t = fleet();
  if (!heartbeat) return <span class="soft">{common().unknown}</span>;
  const { outboxEvents, outboxOldestS } = heartbeat.value;
  if (outboxEvents === 0) return <span>{t.queueEmpty}</span>;
  return (
    <span data-warn={outboxOldestS * 1000 > STUCK_MS}>
      {t.queueLong(t.events(outboxEvents, number(outboxEvents)), span(outboxOldestS * 1000))}
    </span>
  );
}

/** Sequences that have not come, each gap with its time. */
export function Gaps({ of: device }: { readonly of: Device }) {
  const t = fleet();
  const lost = missing(device);
  if (lost === 0) return <span>{t.missingNone}</span>;
  return (
    <details class="gaps">
      <summary data-warn="true">{t.missingLong(t.events(lost, number(lost)), number(device.gaps.length))}</summary>
      <ul>
        {device.gaps.slice(0, MAX_GAPS).map(({ epoch, from, to, afterMs, beforeMs }) => (
          <li key={`${epoch}/${from}`}>
            {t.gap(number(from), number(to))},{" "}
            <span class="soft">
              {afterMs === undefined ? t.gapBefore(moment(beforeMs)) : t.gapWhen(moment(afterMs), moment(beforeMs))}
            </span>
          </li>
        ))}
      </ul>
      <p class="hint">{t.gapHint}</p>
    </details>
  );
}

/** A thousand gaps tell no more than fifty. */
const MAX_GAPS = 50;

function Facts({ of: device }: { readonly of: Device }) {
  const t = fleet();
  const { heartbeat, clockSync } = device;
  const { version, models = [], uptimeS } = heartbeat?.value ?? {};
  return (
    <dl class="facts">
      <div>
        <dt>{t.queue}</dt>
        <dd>
          <Queue of={device} />
        </dd>
      </div>
      <div>
        <dt>{t.missing}</dt>
        <dd>
          <Gaps of={device} />
        </dd>
      </div>
      <div>
        <dt>{t.version}</dt>
        <dd>{version ?? common().unknown}</dd>
      </div>
      <div>
        <dt>{t.models}</dt>
        <dd>{models.length === 0 ? common().unknown : models.join(", ")}</dd>
      </div>
      <div>
        <dt>{t.uptime}</dt>
        <dd>{uptimeS === undefined ? common().unknown : span(uptimeS * 1000)}</dd>
      </div>
      <div>
        <dt>{t.clock}</dt>
        <dd data-warn={clockSync === "unsynced"}>{clockSync === undefined ? common().unknown : t.clocks(clockSync)}</dd>
      </div>
    </dl>
  );
}
