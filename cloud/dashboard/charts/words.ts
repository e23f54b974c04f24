import { words } from "../lib/words.ts";

export const charts = words(
  {
    table: "As a table",
    keys: "The arrow keys go from value to value.",
    falls: (count: number) => (count === 1 ? "1 fall" : `${count} falls`),
    nearMisses: (count: number) => (count === 1 ? "1 near miss" : `${count} near misses`),
    fallsTitle: "Falls",
    nearMissesTitle: "Near misses",
    days: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"].join(","),
    shortDays: "Mo,Tu,We,Th,Fr,Sa,Su",
    day: "Day",
    hour: "Hour",
  },
  {
    table: "Als Tabelle",
    keys: "Die Pfeiltasten gehen von Wert zu Wert.",
    falls: (count) => (count === 1 ? "1 Sturz" : `${count} Stürze`),
    nearMisses: (count) => (count === 1 ? "1 Beinahe-Unfall" : `${count} Beinahe-Unfälle`),
    fallsTitle: "Stürze",
    nearMissesTitle: "Beinahe-Unfälle",
    days: "Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag,Sonntag",
    shortDays: "Mo,Di,Mi,Do,Fr,Sa,So",
    day: "Tag",
    hour: "Stunde",
  },
);
