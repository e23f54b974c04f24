import { useState } from "preact/hooks";
import { call, wordsOf } from "../lib/api.ts";
import type { Site } from "../lib/plant.ts";
import { toast } from "../parts/toast.tsx";
import { map } from "./map.words.ts";
import { shrunk } from "./plan-picture.ts";

/** The way to a floor plan: a file that is chosen, made small and sent. */
export function PlanUpload({ site, onDone }: { readonly site: Site; readonly onDone: () => void }) {
  const t = map();
  const [busy, setBusy] = useState(false);
  const send = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    if (!file) return;
    setBusy(true);
    try {
      const body = await shrunk(file);
      if (!body) return toast(t.noPicture, "failed");
      await call("PUT /api/sites/:site/floor-plan", { params: { site: site.site }, body });
      toast(t.uploaded);
      onDone();
    } catch (error) {
      toast(wordsOf(error), "failed");
    } finally {
      // The same file may be chosen again.
      input.value = "";
      setBusy(false);
    }
  };
  return (
    <label class="button upload" data-busy={busy}>
      {site.floorPlan ? t.replace : t.upload}
      <input
        type="file"
        class="unseen"
        accept="image/png,image/jpeg,image/webp"
        disabled={busy}
        onChange={(event) => void send(event.currentTarget)}
      />
    </label>
  );
}
