// What browsers have that the app runs in, and TypeScript 4.8 doesn't know of yet.

interface MapConstructor {
  groupBy<K, V>(items: Iterable<V>, key: (item: V, index: number) => K): Map<K, V[]>;
}
interface Array<T> {
  toSorted(compare?: (a: T, b: T) => number): T[];
  toReversed(): T[];
  findLast(test: (item: T) => boolean): T | undefined;
}
interface URLSearchParams {
  readonly size: number;
}
declare namespace Intl {
  function supportedValuesOf(key: string): string[];
}
