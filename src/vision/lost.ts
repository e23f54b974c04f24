/**
 * The thread that was looking died or hung; the frame it held is undecided. A new thread is being started and the
 * tracks are kept, so the next look simply waits for it.
 */
export class VisionLost extends Error {
  override readonly name = "VisionLost";
  readonly reason: "died" | "hung";
  /** True when threads were lost so often that no new one is started for now: the device must say FAULT. */
  readonly fault: boolean;

  constructor(reason: "died" | "hung", message: string, fault = false) {
    super(message);
    this.reason = reason;
    this.fault = fault;
  }
}
