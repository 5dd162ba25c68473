/**
 * What Hermes, the engine of React Native 0.86, has of the language beyond ES2022, which is all that `tsconfig.json` lets the app and the
 * call client use: so the type check finds what would be undefined on a phone, such as `toSorted`. By the source of its branch for
 * React Native 0.86 (lib/VM/JSLib/Array.cpp, github.com/facebook/hermes).
 */

interface ReadonlyArray<T> {
  findLast(predicate: (value: T, index: number) => unknown): T | undefined;
  toSpliced(start: number, deleteCount: number): T[];
}

interface Array<T> {
  findLast(predicate: (value: T, index: number) => unknown): T | undefined;
  toSpliced(start: number, deleteCount: number): T[];
}
