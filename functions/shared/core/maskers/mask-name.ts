/** First letter, with its accents, and `***`. */
export const maskName = (value: string): string => `${/\p{L}\p{M}*/u.exec(value)?.[0] ?? ''}***`;
