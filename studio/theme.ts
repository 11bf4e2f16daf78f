// Light or dark: as the system says, or as chosen.
import { useEffect, useState } from "preact/hooks";
import { type Palette, palettes, type Scheme } from "../src/report/charts/palette.js";

export const choices = ["auto", "light", "dark"] as const;
export type Choice = (typeof choices)[number];

const key = "vantage-scheme";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const changed = "vantage-scheme";

export function chosenScheme(): Choice {
  return choices.find((each) => each === localStorage.getItem(key)) ?? "auto";
}

export function chooseScheme(choice: Choice): void {
  if (choice === "auto") localStorage.removeItem(key);
  else localStorage.setItem(key, choice);
  showScheme();
  window.dispatchEvent(new Event(changed));
}

/** Tells the style sheet what was chosen. */
export function showScheme(): void {
  const choice = chosenScheme();
  if (choice === "auto") delete document.documentElement.dataset.scheme;
  else document.documentElement.dataset.scheme = choice;
}

function scheme(): Scheme {
  const choice = chosenScheme();
  return choice === "auto" ? (system.matches ? "dark" : "light") : choice;
}

function useScheme(): Scheme {
  const [now, setNow] = useState(scheme);
  useEffect(() => {
    const follow = () => setNow(scheme());
    system.addEventListener("change", follow);
    window.addEventListener(changed, follow);
    return () => {
      system.removeEventListener("change", follow);
      window.removeEventListener(changed, follow);
    };
  }, []);
  return now;
}

/** The colors in use, followed. */
export function usePalette(): Palette {
  return palettes[useScheme()];
}

export function useIsDark(): boolean {
  return useScheme() === "dark";
}
