// "il y a 20 minutes" stays true: relative times under 24 hours are written again every minute.
import { fresh } from "../shared/page.js";

const MINUTE = 60000;

export function attachTimes(root) {
  for (const element of fresh(root, "time[data-relative]")) {
    const write = () => { const text = relativeTime(new Date(element.dateTime)); if (text) element.textContent = text; };
    write();
    setInterval(write, MINUTE);
  }
}

function relativeTime(moment) {
  const minutes = Math.round((Date.now() - moment) / MINUTE);
  if (minutes < 0 || minutes >= 1440) return "";
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  return minutes < 60 ? words.format(-minutes, "minute") : words.format(-Math.round(minutes / 60), "hour");
}
