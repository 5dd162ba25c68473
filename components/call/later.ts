/**
 * Components that a call needs only after its first remote frame, while the page is hidden, when something fails, or when there are calls to
 * list: one module, loaded at the first of these.
 */

import "./in_one_file.ts";

export { Offer } from "./beside/Offer.tsx";
export { hasPicture, Picture } from "./beside/Picture.tsx";
export { Tab } from "./beside/Tab.tsx";
export { History } from "./chat/History.tsx";
export { Outsider } from "./chat/Outsider.tsx";
export { Problem } from "./Problem.tsx";
export { Badges } from "./stage/Badges.tsx";
export { Comfort } from "./stage/Comfort.tsx";
export { draggable } from "./stage/draggable.ts";
