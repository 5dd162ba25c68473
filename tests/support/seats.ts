/** Seats in a chat, as they are seen over HTTP. */

import type { Answer, Guest } from "./guest.ts";

/** The user id of a guest's session. */
export const userOf = async (guest: Guest) => (await guest.get("/api/session")).json.user.id as string;

/** The chats of a guest's session. */
export const chatsOf = async (guest: Guest) => (await guest.get("/api/session")).json.chats as string[];

/** A page has the form to join the chat. */
export const isForm = ({ text }: Answer) => /<form[^>]*method="post"/.test(text) && text.includes("Join chat");

/** A chat of somebody's, and who is in it as they see it. */
export async function chatOf(ann: Guest) {
  const id = await ann.createChat();
  const path = `/chat/${id}`;
  const names = async () => {
    const { text } = await ann.get(path);
    return [...text.matchAll(/<bdi class="person-name">([^<]+)</g)].map(([, name]) => name).sort().join(", ");
  };
  return { ann, id, path, names };
}

/** A chat page as it reads, without what differs by request. */
export const faceless = ({ text }: Answer, id: string) =>
  text.replaceAll(id, "ID").replaceAll(/nonce="[^"]*"/g, "nonce");
