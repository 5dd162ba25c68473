import { useState } from "react";
import { fill } from "../../shared/i18n/fill.ts";
import { useApp } from "../app/app_context.ts";
import { Button } from "../parts/Button.tsx";
import { Page } from "../parts/Page.tsx";
import { Body, Card, Notice, Title } from "../parts/text.tsx";
import type { Theme } from "../parts/theme.ts";
import type { Trouble } from "../session/session.ts";
import { nameIn } from "../session/token.ts";
import { troubleText } from "../session/trouble.ts";

/** Whether this phone is to be another device of whoever made the link, which may be a stranger's: it says in whose name. */
export function SecondDevice({ theme, pass }: { theme: Theme; pass: string }) {
  const { session, words, go } = useApp();
  const { device: t } = words;
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const name = nameIn(pass);

  async function add() {
    setIsBusy(true);
    const added = await session.addDevice(pass);
    setIsBusy(false);
    if (typeof added === "string") setTrouble(added);
    else go({ type: "chat", chatId: added.chatId });
  }

  const isSpent = trouble === "refused";
  return (
    <Page theme={theme}>
      <Title theme={theme}>{isSpent ? t.spentTitle : t.hereTitle}</Title>
      {trouble !== null && <Notice theme={theme} text={isSpent ? t.spentText : troubleText(words, trouble)} isAlert />}
      {!isSpent && (
        <Card theme={theme}>
          {name !== "" && <Body theme={theme}>{fill(t.who, { name })}</Body>}
          <Body theme={theme}>{t.hereText}</Body>
          {session.person !== null && <Notice theme={theme} text={fill(t.replaces, { name: session.person.name })} />}
          <Button theme={theme} name={t.button} purpose="accent" disabled={isBusy} onPress={add} />
        </Card>
      )}
      <Button theme={theme} name={words.phone.lobby.back} onPress={() => go({ type: "back" })} />
    </Page>
  );
}
