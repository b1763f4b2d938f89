/** Never gets beyond its start. */
export default () => {
  for (;;);
};
