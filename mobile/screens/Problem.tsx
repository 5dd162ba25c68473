import { Linking } from "react-native";
import { isRetryable, problemText, subjectOf } from "../../shared/i18n/problem.ts";
import type { View } from "../app/view.ts";
import { Button } from "../parts/Button.tsx";
import { Notice } from "../parts/text.tsx";

/** Which camera or microphone does not open, why, and what to do about it. */
export function Problem({ view, isInCall = false }: { view: View; isInCall?: boolean }) {
  const { t, theme, words, snapshot: { problem, unplaced, checking, signaling }, actions } = view;
  if (problem === null) return null;
  const subject = subjectOf(problem);
  const title = isInCall && subject !== "screen" ? t.problems.inCall[subject] : t.problems.titles[subject];
  const isDenied = Object.values(problem).some((cause) => cause === "denied" || cause === "system");
  const without = () => unplaced && actions?.call(unplaced.chatId, unplaced.media, unplaced.to, "nothing");
  return (
    <Notice theme={theme} title={title} text={problemText(t.problems, problem)} isAlert>
      {isDenied && <Button theme={theme} name={words.phone.openSettings} onPress={() => Linking.openSettings()} />}
      {(isInCall || checking || unplaced) && isRetryable(problem) && (
        <Button
          theme={theme}
          name={t.tryAgain}
          onPress={() => actions?.retry()}
        />
      )}
      {unplaced && (
        <Button
          theme={theme}
          name={t.callWithout[unplaced.media]}
          disabled={signaling !== "open"}
          onPress={without}
        />
      )}
      <Button theme={theme} name={t.close} onPress={() => actions?.dismiss()} />
    </Notice>
  );
}
