/** Bits of a case's attribute. @source neighbours.md 1.2 */
export const TestType = {
  FUNCTION: 1 << 0,
  PERFORMANCE: 1 << 1,
  POWER: 1 << 2,
  RELIABILITY: 1 << 3,
  SECURITY: 1 << 4,
  GLOBAL: 1 << 5,
  COMPATIBILITY: 1 << 6,
  USER: 1 << 7,
  STANDARD: 1 << 8,
  SAFETY: 1 << 9,
  RESILIENCE: 1 << 10,
} as const;

export const Size = { SMALLTEST: 1 << 16, MEDIUMTEST: 1 << 17, LARGETEST: 1 << 18 } as const;

export const Level = {
  LEVEL0: 1 << 24,
  LEVEL1: 1 << 25,
  LEVEL2: 1 << 26,
  LEVEL3: 1 << 27,
  LEVEL4: 1 << 28,
} as const;

/** The attribute of a case that asks for nothing. */
export const DEFAULT = 0;
