/** Components that somebody opens: one module, loaded when the first of them is opened. */

import "./in_one_file.ts";

export { DeviceCheck } from "./chat/DeviceCheck.tsx";
export { Figures } from "./chat/Figures.tsx";
export { Panel } from "./panel/Panel.tsx";
