import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Replaces a file: after a power cut there is either the old text or the new one, never a part. Rejects when the disk refuses. */
export async function writeDurable(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  // The new name is durable only once its directory is (fsync(2)).
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
