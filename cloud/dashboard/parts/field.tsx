import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface About {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with it and what to do; shown and read out beside the field. */
  readonly error?: string | undefined;
}

/** The names under which a control finds its label, hint and error. */
interface Wired {
  readonly id: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: true;
}

/** Label, control, hint and error as one. */
export function Field(props: About & { readonly children: (wired: Wired) => ComponentChildren }) {
  const { label, hint, error, children } = props;
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(described ? { "aria-describedby": described } : {}),
        ...(error ? { "aria-invalid": true } : {}),
      })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

interface Control extends About {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly maxLength?: number;
  readonly placeholder?: string;
  readonly autoFocus?: boolean;
}

interface TextControl extends Control {
  readonly type?: "text" | "password" | "number" | "time" | "date" | "email" | "url" | "tel" | "search";
  readonly autoComplete?: "username" | "current-password" | "new-password" | "name" | "email" | "off";
  readonly min?: number | string;
  readonly max?: number | string;
  readonly step?: number | string;
  /** Names that are offered: the id of a `datalist`. */
  readonly list?: string;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly autoCapitalize?: "none";
  readonly spellcheck?: boolean;
}

/** Preact's typings have one form of `input` per type; these properties fit each of them. */
export function TextField({ label, hint, error, onValue, type = "text", ...rest }: TextControl) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wired) => (
        <input type={type as "text"} {...rest} {...wired} onInput={(event) => onValue(event.currentTarget.value)} />
      )}
    </Field>
  );
}

export function AreaField({ label, hint, error, onValue, ...rest }: Control) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wired) => <textarea {...rest} {...wired} onInput={(event) => onValue(event.currentTarget.value)} />}
    </Field>
  );
}

/** Options as [value, text]. */
export function SelectField(
  props: About & {
    readonly value: string;
    readonly onValue: (value: string) => void;
    readonly options: readonly (readonly [string, string])[];
    readonly disabled?: boolean;
  },
) {
  const { label, hint, error, value, onValue, options, disabled = false } = props;
  return (
    <Field label={label} hint={hint} error={error}>
      {(wired) => (
        <select {...wired} value={value} disabled={disabled} onChange={(event) => onValue(event.currentTarget.value)}>
          {options.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** On or off, at once. */
export function Switch(props: {
  readonly label: string;
  readonly on: boolean;
  readonly onValue: (on: boolean) => void;
  readonly disabled?: boolean;
}) {
  const { label, on, onValue, disabled = false } = props;
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        aria-checked={on}
        checked={on}
        disabled={disabled}
        onChange={(event) => onValue(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

/** One of a few, all in sight. */
export function Choice<Value extends string>(props: {
  readonly label: string;
  readonly value: Value | undefined;
  readonly options: readonly (readonly [Value, string])[];
  readonly onValue: (value: Value) => void;
  readonly error?: string | undefined;
}) {
  const { label, value, options, onValue, error } = props;
  const id = useId();
  return (
    <fieldset class="choice" aria-describedby={error ? `${id}-error` : undefined}>
      <legend>{label}</legend>
      <div class="choice-options">
        {options.map(([one, text]) => (
          <label key={one}>
            <input type="radio" name={id} value={one} checked={one === value} onChange={() => onValue(one)} />
            <span>{text}</span>
          </label>
        ))}
      </div>
      {error && (
        <p class="error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
