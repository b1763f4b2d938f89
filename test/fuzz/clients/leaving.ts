/** Ends its process at the start. */
export default () => process.exit(3);
