import type { ChatStrings } from "../../shared/i18n/chat_strings.ts";
import { initial } from "./view.ts";

/** A round with the first letter of somebody's name. */
export function Avatar({ name }: { name: string }) {
  return <span class="avatar" aria-hidden="true">{initial(name)}</span>;
}

/** Somebody in a chat: who, and whether a device of theirs is connected, in words as well as by a dot. */
export function Person({ name, online, t }: { name: string; online: boolean; t: ChatStrings }) {
  return (
    <span class={online ? "person online" : "person"}>
      <Avatar name={name} />
      <bdi class="person-name">{name}</bdi>
      <span class="presence">{online ? t.online : t.offline}</span>
    </span>
  );
}

/** The person who looks at the page. */
export function You({ name, t }: { name: string; t: ChatStrings }) {
  return (
    <span class="person">
      <Avatar name={name} />
      <bdi class="person-name">{name}</bdi>
      <span class="hint">{t.you}</span>
    </span>
  );
}

/** A seat nobody took yet. */
export function Vacant({ text }: { text: string }) {
  return (
    <span class="person vacant">
      <span class="avatar" aria-hidden="true" />
      <span class="hint">{text}</span>
    </span>
  );
}
