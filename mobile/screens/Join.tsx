import { useState } from "react";
import { fill } from "../../shared/i18n/fill.ts";
import { useApp } from "../app/app_context.ts";
import { Button } from "../parts/Button.tsx";
import { NameField } from "../parts/NameField.tsx";
import { Page } from "../parts/Page.tsx";
import { Body, Card, Hint, Notice, Title } from "../parts/text.tsx";
import type { Theme } from "../parts/theme.ts";
import type { Trouble } from "../session/session.ts";
import { troubleText } from "../session/trouble.ts";

/** An invitation to a chat: nobody takes a seat before they say so. */
export function Join({ theme, chatId }: { theme: Theme; chatId: string }) {
  const { session, words, go } = useApp();
  const { person } = session;
  const [name, setName] = useState("");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function join() {
    setIsBusy(true);
    const failed = (person === null ? await session.enter(name) : null) ?? await session.join(chatId);
    setIsBusy(false);
    setTrouble(failed);
    if (failed === null) go({ type: "chat", chatId });
  }

  return (
    <Page theme={theme}>
      <Title theme={theme}>{words.join.title}</Title>
      {trouble !== null && trouble !== "name" && (
        <Notice
          theme={theme}
          title={trouble === "refused" ? words.join.deniedTitle : undefined}
          text={troubleText(words, trouble)}
          isAlert
        />
      )}
      {session.isHosted ? <Body theme={theme}>{words.join.hosted}</Body> : (
        <Card theme={theme}>
          <Body theme={theme}>{words.join.text}</Body>
          {person === null
            ? <NameField theme={theme} words={words} value={name} trouble={trouble} onChange={setName} />
            : <Hint theme={theme}>{fill(words.join.as, { name: person.name })}</Hint>}
          <Button theme={theme} name={words.join.button} purpose="accent" disabled={isBusy} onPress={join} />
        </Card>
      )}
      <Button theme={theme} name={words.phone.lobby.back} onPress={() => go({ type: "back" })} />
    </Page>
  );
}
