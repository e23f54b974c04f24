/** N-of-M evidence: how many of the latest `asked` frames said yes. */
export class Votes {
  readonly #ring: Uint8Array;
  #next = 0;
  #cast = 0;
  #yes = 0;

  /** `asked`: frames remembered, at least 1. */
  constructor(asked: number) {
    this.#ring = new Uint8Array(asked);
  }

  push(yes: boolean): void {
    if (this.#cast === this.#ring.length) this.#yes -= this.#ring[this.#next] as number;
    else this.#cast += 1;
    this.#ring[this.#next] = yes ? 1 : 0;
    this.#yes += yes ? 1 : 0;
    this.#next = (this.#next + 1) % this.#ring.length;
  }

  get yes(): number {
    return this.#yes;
  }

  /** Frames that have voted so far, at most `asked`. */
  get cast(): number {
    return this.#cast;
  }

  clear(): void {
    this.#next = 0;
    this.#cast = 0;
    this.#yes = 0;
  }
}
