import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** Views of one thing, one at a time; the arrow keys go from one to the next (WAI-ARIA APG, tabs). */
export function Tabs<Name extends string>(props: {
  readonly label: string;
  readonly tabs: readonly (readonly [Name, string])[];
  readonly open: Name;
  readonly onOpen: (name: Name) => void;
  readonly children: ComponentChildren;
}) {
  const { label, tabs, open, onOpen, children } = props;
  const id = useId();
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = tabs.findIndex(([name]) => name === open);
    const [next] = tabs[(at + step + tabs.length) % tabs.length] ?? [open];
    onOpen(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} class="tabs" onKeyDown={move}>
        {tabs.map(([name, text]) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={name === open}
            aria-controls={`${id}-panel`}
            tabIndex={name === open ? 0 : -1}
            onClick={() => onOpen(name)}
          >
            {text}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${open}`}>
        {children}
      </div>
    </>
  );
}
