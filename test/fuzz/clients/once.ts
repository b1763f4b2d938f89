/** Outlives its runs, as nothing of an app does; the first of them is the one that asks what it offers. */
let runs = 0;

export default () => {
  if (++runs === 2) throw new Error('once');
};
