/** What an engine writes to its log when it ends before it serves. */
export const giveUpMark = 'weft engine: gave up:';
