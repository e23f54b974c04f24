import { useRef } from "preact/hooks";
import { StateBadge } from "../parts/badge.tsx";
import type { Column } from "../parts/table.tsx";
import { common } from "../parts/words.ts";
import { fleet } from "./fleet.words.ts";
import { BlindTime, Gaps, Heard, Latency, Queue, Reason, useBlind } from "./fleet-device.tsx";
import { type Camera, type Device, stateOf } from "./fleet-state.ts";

/** Cameras under one another, those of a device together. */
export function FleetTable({ devices, budgetMs }: { readonly devices: readonly Device[]; readonly budgetMs: number }) {
  const t = fleet();
  const heads = [t.device, t.camera, t.state, t.latency, t.blind, t.heard, t.queue, t.missing, t.version];
  return (
    <div class="card scrolls">
      <table class="table fleet-table">
        <caption class="unseen">{t.devices}</caption>
        <thead>
          <tr>
            {heads.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        {devices.map((device) => (
          <Rows key={device.device} device={device} budgetMs={budgetMs} />
        ))}
      </table>
    </div>
  );
}

function Rows({ device, budgetMs }: { readonly device: Device; readonly budgetMs: number }) {
  const t = fleet();
  const body = useRef<HTMLTableSectionElement>(null);
  const blind = useBlind(device, body);
  const cameras: readonly (Camera | undefined)[] = device.cameras.length === 0 ? [undefined] : device.cameras;
  const ofCamera: Column<Camera | undefined>[] = [
    { title: t.camera, cell: (camera) => camera?.camera ?? <span class="soft">{t.noCameras}</span> },
    {
      title: t.state,
      cell: (camera) =>
        camera && (
          <>
            <StateBadge state={stateOf(device, camera)} />
            <Reason of={camera} />
          </>
        ),
    },
    { title: t.latency, cell: (camera) => camera && <Latency of={camera} budgetMs={budgetMs} /> },
    { title: t.blind, cell: (camera) => camera && <BlindTime ms={blind?.get(camera.camera)} /> },
  ];
  const ofDevice: Column<Device>[] = [
    { title: t.heard, cell: (one) => <Heard of={one} /> },
    { title: t.queue, cell: (one) => <Queue of={one} /> },
    { title: t.missing, cell: (one) => <Gaps of={one} /> },
    { title: t.version, cell: (one) => one.heartbeat?.value.version ?? common().unknown },
  ];
  return (
    <tbody ref={body} data-silent={device.silent}>
      {cameras.map((camera, index) => (
        <tr key={camera?.camera ?? ""}>
          {index === 0 && (
            <th scope="rowgroup" rowSpan={cameras.length} data-title={t.device}>
              {device.device}
              <small>{device.site}</small>
            </th>
          )}
          {ofCamera.map(({ title, cell }) => (
            <td key={title} data-title={title}>
              <div>{cell(camera)}</div>
            </td>
          ))}
          {index === 0 &&
            ofDevice.map(({ title, cell }) => (
              <td key={title} data-title={title} rowSpan={cameras.length}>
                <div>{cell(device)}</div>
              </td>
            ))}
        </tr>
      ))}
    </tbody>
  );
}
