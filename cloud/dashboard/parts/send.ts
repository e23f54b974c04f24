import { useState } from "preact/hooks";
import { wordsOf } from "../lib/api.ts";

/** Sends what a form holds, once at a time; why it was refused stays until the next try. */
export function useSend() {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  /** Whether it went well. */
  const send = async (action: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setRefused(undefined);
    try {
      await action();
      return true;
    } catch (error) {
      setRefused(wordsOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, refused, send };
}
