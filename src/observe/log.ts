import { type Logger, pino } from "pino";

export type { Logger } from "pino";
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/** One JSON line per message on standard error, so that standard output stays free for results. */
export function createLog(level: LogLevel | "silent"): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: false }),
  );
}

export const silentLog: Logger = pino({ level: "silent" });
