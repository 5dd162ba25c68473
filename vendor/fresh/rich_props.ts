/** For props that JSON has no words for; in a module of its own, so that only pages which have such props load it. */

export { parse } from "devalue";
