/**
 * A Kalman filter for one coordinate with constant velocity and white acceleration noise (Bar-Shalom, Li, Kirubarajan:
 * Estimation with Applications to Tracking and Navigation, section 6.3). Coordinates of a box are nearly independent,
 * so a track holds one of these for each.
 */
export class Kalman {
  position: number;
  velocity = 0;
  #pp: number;
  #pv = 0;
  #vv: number;

  /** `noise`: standard deviation of a measurement; `speed`: of the velocity before anything is known. */
  constructor(position: number, noise: number, speed: number) {
    this.position = position;
    this.#pp = noise * noise;
    this.#vv = speed * speed;
  }

  /** Moves on by `dt` seconds; `acceleration`: standard deviation of what may have pushed it. */
  predict(dt: number, acceleration: number): void {
    const q = acceleration * acceleration;
    this.position += this.velocity * dt;
    this.#pp += dt * (2 * this.#pv + dt * this.#vv) + (q * dt ** 4) / 4;
    this.#pv += dt * this.#vv + (q * dt ** 3) / 2;
    this.#vv += q * dt * dt;
  }

  correct(measured: number, noise: number): void {
    const gain = this.#pp / (this.#pp + noise * noise);
    const gainV = this.#pv / (this.#pp + noise * noise);
    const error = measured - this.position;
    this.position += gain * error;
    this.velocity += gainV * error;
    this.#vv -= gainV * this.#pv;
    this.#pv -= gain * this.#pv;
    this.#pp -= gain * this.#pp;
  }

  /** Slows down by `factor`: an unseen body does not go on for ever. */
  damp(factor: number): void {
    this.velocity *= factor;
  }
}
