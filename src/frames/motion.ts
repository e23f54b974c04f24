import type { Frame } from "./frame.ts";

/** Small enough to compare here place by place; libswscale averages some 400 pixels of a camera's into each. */
const SIZE = { width: 64, height: 36 };
/**
 * Steps of 256 by which a place must differ. Averages carry next to nothing of a sensor's noise; a person who is a tenth of the
 * picture tall changes the places that he or she walks through by a multiple of it.
 */
const LEAST = 5;

/** Whether anything in a camera's view moves: compares small pictures with the one that was kept last. Costs about half a millisecond a frame. */
export class Motion {
  #kept = new Uint8Array(SIZE.width * SIZE.height * 3);
  #newest = new Uint8Array(SIZE.width * SIZE.height * 3);
  #knows = false;

  /** Whether the frame shows anything else than the picture kept last; true when none was kept. */
  in(frame: Frame): boolean {
    frame.paint(this.#newest, SIZE);
    if (!this.#knows) return true;
    for (let at = 0; at < this.#newest.length; at += 1)
      if (Math.abs((this.#newest[at] as number) - (this.#kept[at] as number)) >= LEAST) return true;
    return false;
  }

  /** The frame asked about last is what the next ones are compared with. */
  keep(): void {
    [this.#kept, this.#newest] = [this.#newest, this.#kept];
    this.#knows = true;
  }

  forget(): void {
    this.#knows = false;
  }
}
