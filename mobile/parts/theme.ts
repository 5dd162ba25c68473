/** The colours of the web, for the system's light and dark; calls are dark whatever it prefers. */

import { useColorScheme } from "react-native";
import { brand } from "../app/brand.ts";

export interface Theme {
  readonly ground: string;
  readonly card: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly fill: string;
  readonly accent: string;
  readonly onAccent: string;
  readonly accept: string;
  readonly end: string;
  readonly good: string;
  readonly error: string;
  /** Behind text that is over a picture, whatever that shows. */
  readonly veil: string;
}

const { accent, onAccent } = brand;
const ALWAYS = { accent, onAccent, accept: "#1e7a4c", end: "#c22f40", veil: "#120d16b3" };

const LIGHT: Theme = {
  ...ALWAYS,
  ground: "#f5f1f4",
  card: "#ffffff",
  ink: "#271d30",
  soft: "#665a70",
  line: "#e2d9e5",
  fill: "#eee7f0",
  good: "#1e7a4c",
  error: "#a81f32",
};

const DARK: Theme = {
  ...ALWAYS,
  ground: "#17111c",
  card: "#221a29",
  ink: "#f5eff7",
  soft: "#b6aabf",
  line: "#3a2f44",
  fill: "#33283d",
  good: "#6fd3a0",
  error: "#ff9aa6",
};

/** A call's. */
export const STAGE: Theme = {
  ...DARK,
  ground: "#120d16",
  card: "#2a2033",
  ink: "#f8f3f9",
  soft: "#c9bdd1",
  fill: "#3d3348",
  line: "#50445c",
};

/** The system's, as it is now. */
export function useTheme(): Theme {
  return useColorScheme() === "dark" ? DARK : LIGHT;
}

/** Nothing that is pressed is smaller, in density-independent pixels (WCAG 2.5.5; Android's guideline). */
export const TARGET = 48;
