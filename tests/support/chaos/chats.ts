/** The users of the chaos, and who shares a chat with whom. */

export const USERS = 120;

/** Users 0 and 1 share a chat, 2 and 3, and so on; and, so that calls of different chats meet, 1 and 2, 5 and 6. */
export const CHATS: readonly (readonly [number, number])[] = [
  ...Array.from({ length: USERS / 2 }, (_, n) => [2 * n, 2 * n + 1] as const),
  ...Array.from({ length: USERS / 4 }, (_, n) => [4 * n + 1, 4 * n + 2] as const),
];
export const chatName = (index: number) => `chat-${index}`;
export const chatsOf = (user: number) => CHATS.flatMap((members, n) => members.includes(user) ? [chatName(n)] : []);
export const membersOf = (chatId: string) => CHATS[Number(chatId.slice("chat-".length))]!.map((user) => `user-${user}`);
