/** Shapes on a 24 × 24 grid, the camera's page has the same; a `cut` is drawn in the colour behind the icon. */
const SHAPES = {
  armed: [<path d="M12 2 4 5v6c0 5 3.4 9.3 8 11 4.6-1.7 8-6 8-11V5z" />, <path class="cut" d="m8 12 3 3 5-6" />],
  degraded: [<path d="M12 2.5 1.5 21.5h21z" />, <path class="cut" d="M12 9v6M12 18v.5" />],
  blind: [<path d="M12 5C6 5 2 12 2 12s4 7 10 7 10-7 10-7-4-7-10-7z" />, <path class="cut" d="M4 21 20 3" />],
  fault: [<path d="M8 1.5h8L22.5 8v8L16 22.5H8L1.5 16V8z" />, <path class="cut" d="m8 8 8 8M16 8l-8 8" />],
  lost: [
    <circle cx="12" cy="12" r="10.5" />,
    <path class="cut" d="M8.5 9a3.5 3.5 0 1 1 4.5 3.5c-.7.3-1 .8-1 1.5v.5M12 17.5v.3" />,
  ],
  fall: [
    <circle cx="5" cy="14" r="2.6" />,
    <path class="stroke" d="m8.5 15 6 1.5 6.5 1M12 16l2-5 4.5-1.5M2 20.5h20" />,
  ],
  nearMiss: [
    <circle cx="9" cy="4.5" r="2.6" />,
    <path class="stroke" d="m9 8.5 1.5 5.5-3 6.5M10.5 14l5 2.5.5 4M9.3 9.5l4.7 2 4-2M2 21.5h20" />,
  ],
  suspected: [<circle cx="12" cy="12" r="10" class="stroke" />, <path class="stroke" d="M12 6.5v7M12 17v.5" />],
  incidents: [<path class="stroke" d="M5 4h14M5 4v16M12 9h7M12 14h7M5 9h2M5 14h2M5 20h14" />],
  map: [<path class="stroke" d="m3 6 6-3 6 3 6-3v15l-6 3-6-3-6 3zM9 3v15M15 6v15" />],
  fleet: [
    <rect class="stroke" x="3" y="6" width="12" height="9" rx="2" />,
    <path class="stroke" d="m15 9.5 6-3v8l-6-3M9 15v5M5.5 20h7" />,
  ],
  analytics: [<path class="stroke" d="M3 21h18M6 17v-5M11 17V8M16 17v-7M20.5 17V4" />],
  settings: [
    <path class="stroke" d="M4 7h9M18 7h2M4 17h2M11 17h9" />,
    <circle class="stroke" cx="15.5" cy="7" r="2.4" />,
    <circle class="stroke" cx="8.5" cy="17" r="2.4" />,
  ],
  wall: [
    <rect class="stroke" x="2.5" y="4" width="19" height="13" rx="2" />,
    <path class="stroke" d="M8 21h8M12 17v4" />,
  ],
  sound: [<path d="M3 9v6h4l6 5V4L7 9z" />, <path class="stroke" d="M16.5 8.5a5 5 0 0 1 0 7M19 5.5a9 9 0 0 1 0 13" />],
  mute: [<path d="M3 9v6h4l6 5V4L7 9z" />, <path class="stroke" d="m16.5 9.5 5 5M21.5 9.5l-5 5" />],
  keys: [
    <rect class="stroke" x="2" y="6" width="20" height="12" rx="2" />,
    <path class="stroke" d="M6 10h.5M10 10h.5M14 10h.5M18 10h.5M8 14h8" />,
  ],
  person: [
    <circle class="stroke" cx="12" cy="8" r="4" />,
    <path class="stroke" d="M4.5 21c.8-4 3.7-6.2 7.5-6.2s6.7 2.2 7.5 6.2" />,
  ],
  search: [<circle class="stroke" cx="10.5" cy="10.5" r="6.5" />, <path class="stroke" d="m15.5 15.5 5.5 5.5" />],
  close: [<path class="stroke" d="m5 5 14 14M19 5 5 19" />],
  next: [<path class="stroke" d="m9 4 8 8-8 8" />],
  back: [<path class="stroke" d="m15 4-8 8 8 8" />],
  play: [<path d="M7 4v16l13-8z" />],
  pause: [<path d="M6 4h4v16H6zM14 4h4v16h-4z" />],
  download: [<path class="stroke" d="M12 3v12M7 10.5l5 5 5-5M4 20.5h16" />],
  plus: [<path class="stroke" d="M12 4v16M4 12h16" />],
  done: [<path class="stroke" d="m4 12.5 5.5 5.5L20 6.5" />],
  time: [<circle class="stroke" cx="12" cy="12" r="9.5" />, <path class="stroke" d="M12 6.5V12l4 2.5" />],
} as const;

export type IconName = keyof typeof SHAPES;

/** Decoration: what it means stands beside it in words. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {SHAPES[name]}
    </svg>
  );
}
