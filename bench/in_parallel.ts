/** Does something `count` times, some at a time, and gives what came of it in order. */
export async function inParallel<T>(count: number, atATime: number, act: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const some = async () => {
    while (next < count) {
      const n = next++;
      results[n] = await act(n);
    }
  };
  await Promise.all(Array.from({ length: atATime }, some));
  return results;
}
