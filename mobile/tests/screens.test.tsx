/** The screens, found by role and name as people and screen readers find them, in both languages. */

import { screen, waitFor } from "@testing-library/react-native";
import { fill } from "../../shared/i18n/fill.ts";
import { CALL, CHAT } from "./fake_client.ts";
import { open, PATIENCE, type Server, tokenFor } from "./app.tsx";

const IN_CHAT = tokenFor("Ann", [CHAT]);

/** Takes everybody in. */
const welcoming: Server = (path, body) => {
  const name = (body as { name?: string } | undefined)?.name ?? "Ann";
  const chats = path === "/api/session" ? [] : [CHAT];
  return { status: 200, json: { token: tokenFor(name, chats) } };
};

describe.each(["en", "ru"] as const)("in %s", (locale) => {
  test("who opens the app for the first time says a name, and has a chat to call in", async () => {
    const { words, type, press, asked, client } = await open(locale, null, welcoming);
    await type(words.form.name, "Ann");
    await press(words.lobby.newChat);
    await press(words.chat.videoCall);
    expect(asked).toEqual([["/api/session", null], ["/api/chats", `Bearer ${tokenFor("Ann", [])}`]]);
    expect(client.done).toContainEqual(["watch", CHAT, []]);
    expect(client.last).toEqual(["call", CHAT, "video", "boris"]);
    await press(words.chat.audioCall);
    expect(client.last).toEqual(["call", CHAT, "audio", "boris"]);
  });

  test("an invitation is pasted as a link, and joined under a name", async () => {
    const { words, type, press, asked } = await open(locale, null, welcoming);
    await type(words.phone.lobby.link, `https://calls.example.org/chat/${CHAT}`);
    await press(words.phone.lobby.open);
    expect(screen.getByRole("heading", { name: words.join.title })).toBeOnTheScreen();
    await type(words.form.name, "Ann");
    await press(words.join.button);
    expect(await screen.findByRole("button", { name: words.chat.videoCall }, PATIENCE)).toBeEnabled();
    expect(asked.map(([path]) => path)).toEqual(["/api/session", `/api/chats/${CHAT}/join`]);
  });

  test("a link for a second device says in whose name, and is used by a press; a spent one is told as such", async () => {
    let status = 200;
    const { words, type, press, session, asked } = await open(locale, IN_CHAT, () => ({
      status,
      json: { token: tokenFor("Vera", [CHAT]), chatId: CHAT },
    }));
    const { device: t } = words;
    await type(words.phone.lobby.link, `https://calls.example.org/device#${tokenFor("Vera", [])}`);
    await press(words.phone.lobby.open);
    expect(screen.getByText(fill(t.who, { name: "Vera" }))).toBeOnTheScreen();
    expect(screen.getByText(fill(t.replaces, { name: "Ann" }))).toBeOnTheScreen();
    expect(asked).toEqual([]);
    status = 403;
    await press(t.button);
    expect(await screen.findByRole("heading", { name: t.spentTitle }, PATIENCE)).toBeOnTheScreen();
    await press(words.phone.lobby.back);
    status = 200;
    await type(words.phone.lobby.link, `https://calls.example.org/device#${tokenFor("Vera", [])}`);
    await press(words.phone.lobby.open);
    await press(t.button);
    expect(await screen.findByRole("button", { name: words.chat.videoCall }, PATIENCE)).toBeEnabled();
    expect(session.person?.name).toBe("Vera");
  });

  test("a link that is none, or another server's, is told as what it is", async () => {
    const { words, type, press } = await open(locale, null);
    await type(words.phone.lobby.link, "hello");
    await press(words.phone.lobby.open);
    await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent(words.phone.link.nothing), PATIENCE);
    await type(words.phone.lobby.link, " https://other.example/chat/abc");
    await press(words.phone.lobby.open);
    await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent(words.phone.link.nothing), PATIENCE);
  });

  test("a server out of reach, a bad name and a full chat have words, and nothing is lost", async () => {
    let status: number | null = null;
    const scene = await open(
      locale,
      null,
      (path) =>
        status === null
          ? null
          : path === "/api/session" && status === 403
          ? welcoming(path, { name: "Ann" })
          : { status, json: {} },
    );
    const { words, type, press } = scene;
    await type(words.phone.lobby.link, `https://calls.example.org/chat/${CHAT}`);
    await press(words.phone.lobby.open);
    await type(words.form.name, "Ann");
    await press(words.join.button);
    await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent(words.phone.troubles.offline), PATIENCE);
    status = 400;
    await press(words.join.button);
    await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent(words.form.nameError), PATIENCE);
    status = 403;
    await press(words.join.button);
    await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent(words.phone.troubles.refused), PATIENCE);
  });

  test("a call rings over everything else, and can be answered with video, without, or declined", async () => {
    const { words: { chat: t }, show, press, client, audio } = await open(locale, IN_CHAT);
    await show({ call: { phase: "incoming", call: CALL, expiresAt: performance.now() + 30_000 } });
    expect(screen.getByLabelText(fill(t.incoming.video, { name: "Boris" }))).toBeOnTheScreen();
    expect(client.done).toContainEqual(["presented"]);
    expect(audio.modes).toEqual(["ring"]);
    await press(t.accept);
    expect(client.last).toEqual(["accept", "video"]);
    await press(t.acceptAudio);
    expect(client.last).toEqual(["accept", "audio"]);
    await press(t.decline);
    expect(client.last).toEqual(["decline"]);
  });

  test("a call that is placed can be cancelled, and rings there", async () => {
    const { words: { chat: t }, show, press, client, audio } = await open(locale, IN_CHAT);
    const call = { ...CALL, role: "caller" } as const;
    await show({ call: { phase: "calling", call } });
    expect(screen.getAllByText(t.status.calling).length).toBeGreaterThan(0);
    await show({ call: { phase: "ringing", call, expiresAt: performance.now() + 30_000 } });
    expect(screen.getAllByText(t.status.ringing).length).toBeGreaterThan(0);
    await press(t.cancel);
    expect(client.last).toEqual(["hangUp"]);
    expect(audio).toEqual({ modes: ["ringback"], isSpeakerOn: true });
  });

  test("in a call: mute, camera, its other side, speaker, settings with what is preferred, and hang up", async () => {
    const { words, show, press, client, audio } = await open(locale, IN_CHAT);
    const { chat: t, phone } = words;
    const { local, remote } = client.snapshot;
    await show({
      call: { phase: "connected", call: CALL, since: performance.now() },
      local: { ...local, microphone: true, camera: true },
      remote: { ...remote, audio: false },
    });
    expect(screen.getByText(t.peerMuted)).toBeOnTheScreen();
    await press(t.mute);
    expect(client.last).toEqual(["setMicrophone", false]);
    await press(t.cameraOff);
    expect(client.last).toEqual(["setCamera", false]);
    await press(t.switchCamera);
    expect(client.last).toEqual(["switchCamera"]);
    expect(audio.isSpeakerOn).toBe(true);
    await press(phone.speakerOff);
    expect(audio.isSpeakerOn).toBe(false);
    expect(screen.getByRole("button", { name: phone.speakerOn })).toBeOnTheScreen();
    await show({ local: { ...local, microphone: false, camera: false } });
    await press(t.unmute);
    expect(client.last).toEqual(["setMicrophone", true]);
    await press(t.cameraOn);
    expect(client.last).toEqual(["setCamera", true]);
    await press(t.settings);
    expect(screen.getByRole("heading", { name: t.verification.title })).toBeOnTheScreen();
    await press("VP9");
    expect(client.last).toEqual(["setCodec", "VP9"]);
    await show({ codec: "VP9" });
    expect(screen.getByRole("button", { name: "VP9", selected: true })).toBeOnTheScreen();
    await press(t.panel.done);
    await press(t.hangUp);
    expect(client.last).toEqual(["hangUp"]);
  });

  test("how the call goes is told in words, and so is a server out of reach", async () => {
    const { words: { chat: t }, show, client } = await open(locale, IN_CHAT);
    const flow = { kbps: 300, width: 640, height: 480, fps: 24, audioCodec: "opus", videoCodec: "VP8" };
    const sample = {
      sending: flow,
      receiving: flow,
      lossSent: 0,
      lossReceived: 0,
      rttMs: 20,
      encodeMs: 3,
      path: "direct",
      transport: "udp",
    } as never;
    const unknown = { frozen: null, concealed: null, score: null };
    const figures = {} as never;
    const { local } = client.snapshot;
    await show({
      call: { phase: "connected", call: CALL, since: performance.now() },
      local: { ...local, microphone: true, camera: true },
      quality: {
        step: "low",
        sending: 2,
        receiving: 4,
        bottleneck: "their-network",
        perceived: { here: unknown, there: unknown },
        figures,
        sample,
      },
      signaling: "connecting",
    });
    expect(screen.getByLabelText(`${t.sends}: ${t.ratings[1]}`)).toBeOnTheScreen();
    expect(screen.getByLabelText(`${fill(t.receives, { name: "Boris" })}: ${t.ratings[3]}`)).toBeOnTheScreen();
    expect(screen.getByText(fill(t.bottlenecks["their-network"], { name: "Boris" }))).toBeOnTheScreen();
    expect(screen.getByText(t.steps.own.low!)).toBeOnTheScreen();
    expect(screen.getByText(t.callGoesOn)).toBeOnTheScreen();
    await show({ call: { phase: "reconnecting", call: CALL, since: 0 } });
    expect(screen.getAllByText(t.status.reconnecting).length).toBeGreaterThan(0);
  });

  test("why a call ended is said in its chat, with a way to call again", async () => {
    const { words: { chat: t }, show, press, client, audio } = await open(locale, IN_CHAT);
    await show({ call: { phase: "connected", call: CALL, since: 0 } });
    await show({ call: { phase: "ended", call: CALL, outcome: "hangup", byMe: false, durationMs: 61_000 } });
    expect(screen.getByRole("heading", { name: t.status.ended })).toBeOnTheScreen();
    expect(screen.getByText(new RegExp(fill(t.endedAfter, { time: "1:01" }).replace(/[.]/g, "\\.")))).toBeOnTheScreen();
    expect(audio.modes.at(-1)).toBe("off");
    await press(t.callAgain);
    expect(client.last).toEqual(["call", CHAT, "video", "boris"]);
  });

  test("a camera that is withheld: why, the way to the settings, and a call without it", async () => {
    const { words, show, press, client } = await open(locale, IN_CHAT);
    const { chat: t, phone } = words;
    await show({
      call: { phase: "ended", call: CALL, outcome: "cancelled", byMe: true, durationMs: null },
      problem: { camera: "denied", microphone: "denied" },
      unplaced: { chatId: CHAT, media: "video", to: "boris" },
    });
    await press("Boris");
    expect(screen.getByRole("heading", { name: t.problems.titles.both })).toBeOnTheScreen();
    expect(screen.getByRole("button", { name: phone.openSettings })).toBeOnTheScreen();
    await press(t.tryAgain);
    expect(client.last).toEqual(["retry"]);
    await press(t.callWithout.video);
    expect(client.last).toEqual(["call", CHAT, "video", "boris", "nothing"]);
  });

  test("missed calls and the calls of before", async () => {
    const { words: { chat: t, lobby }, show, press, client } = await open(locale, IN_CHAT);
    const missed = {
      chatId: CHAT,
      callId: "missed-1-0123456789",
      callerId: "boris",
      callerName: "Boris",
      media: "audio",
      reason: "timeout",
      at: 0,
    } as const;
    const past = {
      callId: "past-1-0123456789",
      at: 0,
      name: "Boris",
      role: "caller",
      media: "video",
      outcome: "hangup",
      durationMs: 5000,
      receipt: null,
    } as const;
    await show({ missed: [missed], history: { [CHAT]: [past] } });
    expect(screen.getByText(fill(lobby.missed, { n: 1 }))).toBeOnTheScreen();
    await press("Boris");
    expect(screen.getByText(fill(t.history.outgoing, { name: "Boris" }))).toBeOnTheScreen();
    await press(t.callBack);
    expect(client.last).toEqual(["call", CHAT, "audio", "boris"]);
    await press(t.close);
    expect(client.last).toEqual(["dismissMissed", missed.callId]);
  });

  test("who is not known any more starts anew; who is out of the chat can join again", async () => {
    const { words, show, press, session } = await open(locale, IN_CHAT);
    const { chat: t } = words;
    await press("Boris");
    await show({ members: { [CHAT]: null } });
    expect(screen.getByRole("heading", { name: t.out.title })).toBeOnTheScreen();
    expect(screen.getByRole("button", { name: t.out.again })).toBeOnTheScreen();
    await show({ signaling: "unauthorized" });
    await press(t.startPage);
    expect(await screen.findByLabelText(words.form.name, {}, PATIENCE)).toBeOnTheScreen();
    expect(session.person).toBeNull();
  });
});
