import { useEffect, useRef, useState } from "preact/hooks";
import { wordsOf } from "./api.ts";
import { type ChangeKind, onChange } from "./live.ts";

export interface Loaded<Data> {
  /** Undefined until it has come once. */
  readonly data: Data | undefined;
  /** Why the last try failed, with the remedy. */
  readonly error: string | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
}

interface LoadOptions {
  /** Loaded anew when one of these changes. */
  readonly deps?: readonly unknown[];
  /** Loaded anew when the cloud tells of a change of this kind, and after every loss of the connection. */
  readonly on?: readonly ChangeKind[];
  /** Only when it is about this one. */
  readonly id?: string;
}

/** Data for a page. An answer that comes after a newer question is dropped. */
export function useLoad<Data>(read: (signal: AbortSignal) => Promise<Data>, options: LoadOptions = {}): Loaded<Data> {
  const { deps = [], on = [], id } = options;
  const [found, setFound] = useState<Omit<Loaded<Data>, "reload">>({
    data: undefined,
    error: undefined,
    loading: true,
  });
  const [turn, setTurn] = useState(0);
  const asked = useRef<readonly unknown[]>(deps);
  const reload = () => setTurn((now) => now + 1);
  // A change that comes while an answer is on its way asks once more behind it: a slow line must see an end.
  const under = useRef({ way: false, again: false });

  useEffect(() => {
    const abort = new AbortController();
    // What belonged to another question is not shown as the answer to this one.
    const same = deps.every((dep, at) => dep === asked.current[at]);
    asked.current = deps;
    setFound((before) => ({ data: same ? before.data : undefined, error: undefined, loading: true }));
    under.current = { way: true, again: false };
    const settle = (next: (before: typeof found) => typeof found) => {
      if (abort.signal.aborted) return;
      setFound(next);
      const { again } = under.current;
      under.current = { way: false, again: false };
      if (again) reload();
    };
    read(abort.signal).then(
      (data) => settle(() => ({ data, error: undefined, loading: false })),
      (error) => settle(({ data }) => ({ data, error: wordsOf(error), loading: false })),
    );
    return () => abort.abort();
  }, [turn, ...deps]);

  useEffect(() => {
    const hear = () => {
      if (under.current.way) under.current.again = true;
      else reload();
    };
    return onChange(on, id, hear);
  }, [on.join(), id]);
  return { ...found, reload };
}

export interface Paged<Item> {
  readonly items: readonly Item[];
  readonly loading: boolean;
  /** Loads the next page behind these; undefined at the end. */
  readonly more: (() => void) | undefined;
}

interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

/**
 * A list that grows page by page. Loaded anew it asks for as many pages as are shown, each behind the one before, so that
 * what came meanwhile stands in its place.
 */
export function usePages<Item>(
  read: (after: string | undefined, signal: AbortSignal) => Promise<PageOf<Item>>,
  options: LoadOptions = {},
): Loaded<Paged<Item>> {
  const [pages, setPages] = useState(1);
  const { deps = [] } = options;
  const loaded = useLoad(async (signal) => {
    const items: Item[] = [];
    let next: string | undefined;
    let count = 0;
    do {
      const page = await read(next, signal);
      items.push(...page.items);
      next = page.next;
      count += 1;
    } while (next !== undefined && count < pages);
    return { items, next };
  }, options);
  const shown = useRef(pages);
  useEffect(() => setPages(1), deps);
  useEffect(() => {
    if (shown.current !== pages) loaded.reload();
    shown.current = pages;
  }, [pages]);
  const { data, loading } = loaded;
  return {
    ...loaded,
    data: data && {
      items: data.items,
      loading,
      more: data.next === undefined ? undefined : () => setPages((now) => now + 1),
    },
  };
}
